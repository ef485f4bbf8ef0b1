// Package sms knows how a text becomes SMS segments: which characters fit the
// GSM 7-bit alphabet and which force UCS-2, how long a segment is, and how a
// text is shortened or split without harm to what a reader sees as one
// character or one link.
//
// A carrier bills and may drop by the segment. One typographic quote turns a
// text of 160 characters from one segment into three, so texts for SMS go
// through Plain first.
package sms

import "unicode/utf16"

// Encoding is the alphabet a text travels in.
type Encoding string

// The two encodings of 3GPP TS 23.038 that carry text.
const (
	GSM7 Encoding = "GSM-7"
	UCS2 Encoding = "UCS-2"
)

// Units that one segment holds: alone, and as a part of a longer text, where
// the header that joins the parts takes six octets (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsmAlone  = 160
	gsmJoined = 153
	ucsAlone  = 70
	ucsJoined = 67
)

// Segments is what a text costs.
type Segments struct {
	// Encoding that the text needs.
	Encoding Encoding
	// Units is its length: septets in GSM-7, where a character of the
	// extension table takes two, or UTF-16 code units in UCS-2.
	Units int
	// Segments is how many messages carry it; 0 for the empty text.
	Segments int
}

// Count returns the encoding, units and segments of text. A character that
// takes two units is never split over two segments, so a long text may need
// one segment more than its units divided by the length of a segment. Bytes
// that are no UTF-8 count as U+FFFD.
func Count(text string) Segments {
	var c counter
	for _, r := range text {
		c.add(r)
	}
	return c.segments()
}

// counter counts a text in both encodings at once, character by character.
type counter struct {
	gsm, ucs tally
	beyond   bool // a character that GSM-7 lacks has been seen
}

func (c *counter) add(r rune) {
	n := utf16.RuneLen(r)
	if n < 0 {
		n = 1
	}
	c.ucs.add(n, ucsJoined)
	if w := septets(r); w > 0 {
		c.gsm.add(w, gsmJoined)
		return
	}
	c.beyond = true
}

func (c *counter) segments() Segments {
	if c.beyond {
		return Segments{UCS2, c.ucs.units, c.ucs.segments(ucsAlone)}
	}
	return Segments{GSM7, c.gsm.units, c.gsm.segments(gsmAlone)}
}

// tally fills segments of joined length, never splitting a character.
type tally struct {
	units int // all units so far
	full  int // segments closed so far
	last  int // units in the open segment
}

func (t *tally) add(width, joined int) {
	t.units += width
	if t.last+width > joined {
		t.full++
		t.last = 0
	}
	t.last += width
}

func (t *tally) segments(alone int) int {
	if t.units == 0 {
		return 0
	}
	if t.units <= alone {
		return 1
	}
	return t.full + 1
}

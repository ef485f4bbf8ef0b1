package sms

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// more ends a text that was shortened; it is written in GSM-7.
const more = "..."

// Fit returns text if it takes at most maxSegments, and otherwise the longest
// beginning of it that does with "..." behind it, cut between words where the
// text has words. A link stays whole or goes whole; what a reader sees as one
// character is never cut. If not even its first part fits, the empty string
// comes back.
func Fit(text string, maxSegments int) string {
	if Count(text).Segments <= maxSegments {
		return text
	}
	parts := atoms(text)
	// A longer beginning never takes fewer segments, so the cut can be
	// searched for by halves.
	n := sort.Search(len(parts), func(i int) bool {
		return Count(shortened(text[:parts[i].end])).Segments > maxSegments
	})
	n = backToWord(text, parts, n)
	if n == 0 {
		return ""
	}
	return shortened(text[:parts[n-1].end])
}

func shortened(head string) string {
	return strings.TrimRightFunc(head, unicode.IsSpace) + more
}

// backToWord moves the cut before parts[n] back to the end of a word, unless
// that would lose more than half of what fits (a script without spaces).
func backToWord(text string, parts []atom, n int) int {
	if n == 0 || n == len(parts) || parts[n].space || parts[n-1].space {
		return n
	}
	for i := n - 1; i > n/2; i-- {
		if parts[i].space {
			return i
		}
	}
	return n
}

// Split cuts text into pieces of at most maxUnits UTF-16 code units each, for
// a provider that limits one message's length (Twilio: 1600 characters, error
// 21617). It cuts between paragraphs, lines, sentences or words, in this
// order, and inside a word only if the word alone is too long. Links and what
// readers see as one character stay whole unless they alone are too long. The
// space at a cut is dropped; nothing else is lost. A maxUnits below 2 counts as
// 2, which every character fits.
func Split(text string, maxUnits int) []string {
	maxUnits = max(maxUnits, 2)
	parts := breakable(text, maxUnits)
	var pieces []string
	for start := 0; start < len(parts); {
		end := nextCut(text, parts, start, maxUnits)
		piece := strings.TrimFunc(text[parts[start].start:parts[end-1].end], unicode.IsSpace)
		if piece != "" {
			pieces = append(pieces, piece)
		}
		start = end
	}
	return pieces
}

// nextCut returns the index behind the last atom of the piece that begins at
// start.
func nextCut(text string, parts []atom, start, maxUnits int) int {
	end, units := start, 0
	for end < len(parts) && units+parts[end].units <= maxUnits {
		units += parts[end].units
		end++
	}
	if end == len(parts) {
		return end
	}
	best, rank := end, 0
	for i := end; i > start+(end-start)/2; i-- {
		if r := breakRank(text, parts, i); r > rank {
			best, rank = i, r
		}
	}
	return best
}

// breakRank says how well text may be cut before parts[i]: 0 not at all well,
// then word, sentence, line, paragraph.
func breakRank(text string, parts []atom, i int) int {
	if i == len(parts) || !parts[i].space {
		return 0
	}
	rest := text[parts[i].start:]
	switch {
	case strings.HasPrefix(rest, "\n\n") || strings.HasPrefix(rest, "\r\n\r\n"):
		return 4
	case rest[0] == '\n' || rest[0] == '\r':
		return 3
	case strings.ContainsRune(".!?", rune(text[parts[i].start-1])):
		return 2
	default:
		return 1
	}
}

// breakable is atoms, with those longer than maxUnits broken into characters,
// and characters longer than that into code points.
func breakable(text string, maxUnits int) []atom {
	var out []atom
	for _, a := range atoms(text) {
		if a.units <= maxUnits {
			out = append(out, a)
			continue
		}
		for _, g := range graphemes(text, a.start, a.end) {
			if g.units <= maxUnits {
				out = append(out, g)
			} else {
				out = append(out, codePoints(text, g)...)
			}
		}
	}
	return out
}

// codePoints cuts an atom into its code points; a byte that is no UTF-8 is one.
func codePoints(text string, a atom) []atom {
	var out []atom
	for at := a.start; at < a.end; {
		_, size := utf8.DecodeRuneInString(text[at:a.end])
		out = append(out, newAtom(text, at, at+size))
		at += size
	}
	return out
}

// atom is a stretch of text, in bytes, that is never cut: one character as
// readers see it, or one link.
type atom struct {
	start, end int
	units      int // in UTF-16
	space      bool
	link       bool
}

func newAtom(text string, start, end int) atom {
	a := atom{start: start, end: end}
	for _, r := range text[start:end] {
		a.units += max(utf16.RuneLen(r), 1)
	}
	a.space = strings.TrimFunc(text[start:end], unicode.IsSpace) == ""
	return a
}

// atoms cuts text into characters and links.
func atoms(text string) []atom {
	all := graphemes(text, 0, len(text))
	out := all[:0]
	for i := 0; i < len(all); {
		if all[i].space {
			out = append(out, all[i])
			i++
			continue
		}
		end := i + 1
		for end < len(all) && !all[end].space {
			end++
		}
		word := all[i:end]
		if isLink(text[word[0].start:word[len(word)-1].end]) {
			out = append(out, joined(word))
		} else {
			out = append(out, word...)
		}
		i = end
	}
	return out
}

func joined(word []atom) atom {
	a := atom{start: word[0].start, end: word[len(word)-1].end, link: true}
	for _, g := range word {
		a.units += g.units
	}
	return a
}

// isLink reports whether a word is or holds a link, with whatever punctuation
// touches it: it has a scheme, or a host name followed by a path.
func isLink(word string) bool {
	if strings.Contains(word, "://") || strings.HasPrefix(strings.ToLower(word), "www.") {
		return true
	}
	host, _, slash := strings.Cut(word, "/")
	dot := strings.LastIndexByte(host, '.')
	return slash && dot > 0 && dot < len(host)-2 && !strings.ContainsAny(host[dot:], "0123456789")
}

// graphemes cuts text[start:end] into characters as readers see them.
func graphemes(text string, start, end int) []atom {
	out := make([]atom, 0, end-start)
	for rest, state := text[start:end], -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		out = append(out, newAtom(text, start, start+len(cluster)))
		start += len(cluster)
	}
	return out
}

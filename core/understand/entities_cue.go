package understand

import "strings"

// cue is what a word says about a number near it; a word may say several
// things.
type cue uint32

const (
	cOrder  cue = 1 << iota // names an order: "order", "Bestellnummer"
	cNum                    // "number", "no", "nr", "id"
	cFill                   // may stand between a name and its number: "is", "the"
	cIs                     // "1001 is my order number"
	cTalk                   // speaks of orders or parcels
	cTrack                  // names a tracking number, or a carrier
	cPhone                  // names a phone number
	cMail                   // names an e-mail address
	cOther                  // names some other number: of a customer, a house, a size
	cMoney                  // a currency, or what is paid
	cUnit                   // a unit or thing that is counted
	cTime                   // "pm", "Uhr"
	cMonth                  // a month
	cYear                   // stands before a year: "since"
	cStreet                 // part of a street's name
	cParcel                 // a parcel, which a tracking number may follow
	cAbbr                   // ends with a full stop that ends no sentence
)

// cueOf returns what a folded word says.
func cueOf(w []byte) cue {
	if c, ok := cues[string(w)]; ok {
		return c
	}
	if len(w) < 4 || len(w) > 30 {
		return 0
	}
	return compound(w)
}

// compound reads words that are put together, as German and Dutch do, and
// words spelt wrong.
func compound(w []byte) cue {
	s := string(w)
	for _, end := range [...]string{"nummer", "nummern", "nr", "number", "numero", "num"} {
		if head, ok := strings.CutSuffix(s, end); ok && len(head) >= 3 {
			return cNum | named(head)
		}
	}
	for _, end := range streetEnds {
		if len(s) > len(end)+1 && strings.HasSuffix(s, end) {
			return cStreet
		}
	}
	return typo(s)
}

// named is what a number is called by, "customer" in "customernumber".
func named(head string) cue {
	for _, h := range [...]string{head, strings.TrimSuffix(head, "s"), strings.TrimSuffix(head, "n")} {
		if c := cues[h] & (cOrder | cTrack | cPhone | cOther); c != 0 {
			return c
		}
	}
	if c := typo(head); c != 0 {
		return c
	}
	return cOther
}

// typo returns what the word is that s was meant to be: a name of an order with
// a letter missing, doubled or changed for its neighbour.
func typo(s string) cue {
	for _, right := range misspelt {
		if right[0] == s[0] && slipped(s, right) {
			return cOrder | cTalk
		}
	}
	return 0
}

// slipped reports whether s is right with one letter left out or put in, or two
// neighbours swapped.
func slipped(s, right string) bool {
	i := 0
	for i < len(s) && i < len(right) && s[i] == right[i] {
		i++
	}
	switch len(right) - len(s) {
	case 1:
		return s[i:] == right[i+1:]
	case -1:
		return s[i+1:] == right[i:]
	case 0:
		return i+1 < len(s) && s[i] == right[i+1] && s[i+1] == right[i] && s[i+2:] == right[i+2:]
	}
	return false
}

// Package consent knows whether the bot may write to an address now: STOP,
// START and HELP with their synonyms as carriers require, and opt-outs in free
// words, which count in law just as much (FCC, in force since 2025-04-11:
// revocation by any reasonable means).
package consent

import (
	"regexp"
	"strings"
	"unicode"

	"wismo/core/message"
)

// Wish is what a message says about being written to.
type Wish uint8

// The wishes.
const (
	Nothing Wish = iota
	// StopWord is a lone keyword that carriers act upon themselves.
	StopWord
	// StopAsked is an opt-out in the customer's own words, which no carrier
	// acts upon.
	StopAsked
	// StartWord is a lone keyword that opts in again.
	StartWord
	// HelpWord is a lone keyword that asks who is writing.
	HelpWord
	// CancelWord is a lone CANCEL: the carrier takes it for STOP, the customer
	// may mean the order.
	CancelWord
	// YesWord is a lone YES: the carrier takes it for START from somebody who
	// has opted out, and it is an ordinary word from everybody else.
	YesWord
)

// The words are Twilio's default keywords for SMS. Only a message of that single
// word counts ("STOP PLEASE" does not trigger the carrier).
var words = map[string]Wish{
	"stop": StopWord, "stopall": StopWord, "unsubscribe": StopWord, "end": StopWord, "quit": StopWord,
	"optout": StopWord, "revoke": StopWord,
	"cancel": CancelWord,
	"start":  StartWord, "unstop": StartWord, "yes": YesWord,
	"help": HelpWord, "info": HelpWord,
}

// stopRE finds an opt-out in free words. What is denied must be told to whoever
// writes here ("don't text me"), for customers also say "don't contact the
// carrier".
var stopRE = regexp.MustCompile(strings.Join([]string{
	`\b(?:stop|quit|cease|no more)\s+(?:\w+\s+){0,2}(?:text(?:ing|s)?|messag(?:e|es|ing)|contact(?:ing)?|writ(?:e|ing)|sms)\b`,
	`\b(?:don't|dont|do not|never)\s+(?:(?:ever|you|you dare|please)\s+)?(?:text|message|contact|write|sms)(?:\s+(?:to\s+)?(?:me|us|this number|my number|again|anymore|any more)\b|\s*(?:$|[.!,;]))`,
	`\b(?:don't|dont|do not)\s+(?:want|wish|need|like)\s+(?:\w+\s+){0,4}(?:texts|texting|messages|messaging|sms|texted|messaged|contacted)\b`,
	`\b(?:don't|dont|do not)\s+send\s+(?:\w+\s+){0,2}(?:texts?|messages?|sms)\b`,
	`\bstop\s+(?:bothering|spamming|harassing)\b|\bstop\s+sending\s+(?:me\s+)?(?:this|these|things|stuff|anything|updates|notifications)\b`,
	`\b(?:unsubscribe|opt me out|opt out|opt-out|opting out|take me off|leave me alone|lose my number)\b`,
	`\b(?:remove|delete)\s+(?:me from|my (?:phone )?number)\b|^\W*(?:please\s+)?remove me\W*$|\brevoke\s+(?:my\s+)?consent\b`,
}, "|"))

// whyRE finds questions that ask for messages: "why don't you text me?".
var whyRE = regexp.MustCompile(`\bwhy\s+(?:don't|dont|do not|did|didn't|do)\b[^.!?,;]*`)

// Of returns the wish in a text. handled is the keyword that the provider has
// already acted on, which decides whatever the text says.
func Of(text string, handled message.Keyword) Wish {
	switch handled {
	case message.KeywordStop:
		if normal(text) == "cancel" {
			return CancelWord
		}
		return StopWord
	case message.KeywordStart:
		return StartWord
	case message.KeywordHelp:
		return HelpWord
	}
	if w, ok := words[normal(text)]; ok {
		return w
	}
	lower := strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	if onlyStop(lower) || mayStop(lower) && stopRE.MatchString(whyRE.ReplaceAllString(lower, " ")) || stopsElsewhere(lower) {
		return StopAsked
	}
	return Nothing
}

// onlyStop reports whether a text says stop and nothing that could be what is
// to be stopped: "please stop", "STOP, now!", which no carrier acts upon. "Stop
// it" may mean the parcel.
func onlyStop(lower string) bool {
	if len(lower) > 80 || !strings.Contains(lower, "stop") {
		return false
	}
	said := false
	for _, w := range strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		switch w {
		case "stop":
			said = true
		case "please", "pls", "plz", "just", "ok", "okay", "now", "all", "and", "i", "said", "immediately", "already", "bot", "thanks", "thank", "you", "hi", "hey", "hello":
		default:
			return false
		}
	}
	return said
}

// mayStop reports whether stopRE can match at all; nearly every text is passed
// over by it, at a hundredth of the cost.
func mayStop(lower string) bool {
	for _, part := range []string{"text", "messag", "contact", "writ", "sms", "unsub", "opt", "remove", "delete", "revoke", "take me", "leave me", "lose my", "stop "} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// normal brings a lone word into the form of the table.
func normal(text string) string {
	w := strings.ToLower(strings.Trim(strings.TrimSpace(text), ".!\"'*"))
	return strings.ReplaceAll(strings.ReplaceAll(w, "-", ""), " ", "")
}

// CarrierAnswers reports whether the carrier or provider confirms a lone
// keyword on this channel itself, so that a confirmation of ours would be the
// second one, and refused (Twilio's default opt-out handling, error 21610).
func CarrierAnswers(c message.Channel, handled message.Keyword) bool {
	return c == message.SMS || handled != ""
}

package token

import (
	"regexp"
	"strings"
)

// tokenRE finds a compact JWT: three parts in base64url, of which the first two
// are JSON objects and so begin with "eyJ". The third is empty where nothing is
// signed; that must be found as well, to be refused. Nothing is asked of what
// stands before: in a link's query that may be "=" or "%20".
var tokenRE = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)

// Find finds the first token in a text, be it a message, a prefilled text or a
// link. rest is the text without it.
func Find(text string) (token, rest string, found bool) {
	if !strings.Contains(text, "eyJ") {
		return "", text, false
	}
	at := tokenRE.FindStringIndex(text)
	if at == nil {
		return "", text, false
	}
	before, after := text[:at[0]], text[at[1]:]
	if strings.HasSuffix(before, " ") && (after == "" || strings.HasPrefix(after, " ")) {
		before = before[:len(before)-1]
	}
	if before == "" {
		after = strings.TrimPrefix(after, " ")
	}
	return text[at[0]:at[1]], before + after, true
}

// Mask is a text with "[token]" in the place of each token, for the eyes of
// others than the bot: a token is worth something until it ends.
func Mask(text string) string {
	if !strings.Contains(text, "eyJ") {
		return text
	}
	return tokenRE.ReplaceAllLiteralString(text, "[token]")
}

package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"wismo/core/message"
)

const (
	// maxAts bounds how many "@" of a text are looked at.
	maxAts = 32
	// maxAddress is how many bytes an address may have on one side of its "@".
	maxAddress = 254
)

// emails reads the addresses written as such. An address is reported as it
// stands or not at all: where something in or beside it leaves open which one
// is meant, none is.
func (r *reader) emails() {
	text := r.f.text
	for at, n := 0, 0; n < maxAts; n++ {
		i, width := indexAt(text[at:])
		if i < 0 {
			return
		}
		at += i
		if !r.email(at, at+width) {
			r.spacedEmail(at, at+width)
		}
		at += width
	}
}

// indexAt returns where the first "@" of s is, and how many bytes it has.
func indexAt(s string) (i, width int) {
	i, full := strings.IndexByte(s, '@'), strings.IndexRune(s, '＠')
	if full >= 0 && (i < 0 || full < i) {
		return full, len("＠")
	}
	return i, 1
}

// email reads the address around text[at:after].
func (r *reader) email(at, after int) bool {
	text := r.f.text
	start, ok := localStart(text, at)
	if !ok {
		return false
	}
	end, ok := domainEnd(text, after)
	if !ok {
		return false
	}
	local, domain := visible(text[start:at]), visible(text[after:end])
	if local == "" || strings.HasSuffix(local, ".") {
		return false
	}
	domain, less := knownDomain(domain)
	value, ok := message.CanonicalEmail(local + "@" + domain)
	if !ok {
		return false
	}
	r.takeText(start, end)
	r.report(Email, start, end-less, value)
	return true
}

// localStart returns where the part before the "@" begins. ok is false if what
// stands before it may belong to it or not.
func localStart(text string, at int) (start int, ok bool) {
	start = at
	for start > 0 && at-start <= maxAddress {
		c, n := utf8.DecodeLastRuneInString(text[:start])
		if !localRune(c) {
			if doubtful(c) && !(unicode.Is(unicode.Cf, c) && edge(text[:start-n])) {
				return 0, false
			}
			break
		}
		start -= n
	}
	for start < at { // what hangs over at the left belongs to nobody
		c, n := utf8.DecodeRuneInString(text[start:])
		if c != '.' && c != '\'' && c != '-' && c != '+' && c != '_' && c != '*' && !hidden(c) {
			break
		}
		start += n
	}
	return start, start < at && at-start <= maxAddress
}

// localRune reports whether c is written in addresses before the "@".
func localRune(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.M, c) || strings.ContainsRune("._%+'-#$&*^{}~", c) || hidden(c)
}

// doubtful holds for what no address is set off by: RFC 5321 allows these marks
// in one, invisible characters may hide another, and a broken byte is anything.
func doubtful(c rune) bool {
	return c == '!' || c == '?' || c == '`' || c == '@' || c == utf8.RuneError || unicode.Is(unicode.Cf, c)
}

// edge reports whether a word ends with text, so that marks of direction after
// it belong to what follows.
func edge(text string) bool {
	text = strings.TrimRightFunc(text, func(c rune) bool { return unicode.Is(unicode.Cf, c) })
	c, _ := utf8.DecodeLastRuneInString(text)
	return text == "" || !localRune(c) && !doubtful(c)
}

// hidden holds for characters that are put into addresses by copying and change
// nothing: zero-width space, word joiner, byte order mark, soft hyphen.
func hidden(c rune) bool { return c == 0x200b || c == 0x2060 || c == 0xfeff || c == 0xad }

// domainEnd returns where the part after the "@" ends. ok is false if it goes
// on in a way that no domain does.
func domainEnd(text string, after int) (end int, ok bool) {
	end = after
	for end < len(text) && end-after <= maxAddress {
		c, n := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.M, c) && c != '-' && c != '.' && !hidden(c) {
			break
		}
		end += n
	}
	next, n := utf8.DecodeRuneInString(text[end:])
	for n > 0 && unicode.Is(unicode.Cf, next) { // marks of direction after it
		after := end + n
		if next, n = utf8.DecodeRuneInString(text[after:]); unicode.IsLetter(next) || unicode.IsDigit(next) || next == '.' {
			return 0, false
		}
		if !unicode.Is(unicode.Cf, next) {
			break
		}
		end = after
	}
	if n > 0 && (next == '@' || next == '_' || next == utf8.RuneError) {
		return 0, false
	}
	return trimDomain(text, after, end)
}

// trimDomain leaves out what hangs over at the right.
func trimDomain(text string, after, end int) (int, bool) {
	for end > after {
		c, n := utf8.DecodeLastRuneInString(text[after:end])
		if c != '.' && c != '-' && !hidden(c) && !unicode.Is(unicode.Cf, c) {
			break
		}
		end -= n
	}
	return end, strings.IndexByte(text[after:end], '.') > 0 || strings.ContainsRune(text[after:end], '。')
}

// visible is s without what copying puts in.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if hidden(c) {
			return -1
		}
		return c
	}, s)
}

// knownDomain leaves out the word of a next sentence that leans on the domain,
// "example.com.Please": no such top-level domain exists, and without it there
// is one. less is how many bytes that is.
func knownDomain(domain string) (known string, less int) {
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 || strings.IndexByte(domain[:dot], '.') < 0 || delegated(domain) || !delegated(domain[:dot]) {
		return domain, 0
	}
	return domain[:dot], len(domain) - dot
}

// delegated reports whether the domain's end is in the list of public suffixes.
func delegated(domain string) bool {
	_, icann := publicsuffix.PublicSuffix(strings.ToLower(domain))
	return icann
}

// takeText marks the tokens within text[start:end] as read.
func (r *reader) takeText(start, end int) {
	for i := range r.toks {
		t := &r.toks[i]
		if r.f.start(t.a) >= end {
			return
		}
		if r.f.end(t.b) > start {
			t.taken = true
		}
	}
}

// links marks web addresses, whose numbers are nobody's.
func (r *reader) links() {
	for i := 0; i < len(r.toks); i++ {
		if r.toks[i].taken || !r.link(i) {
			continue
		}
		for i < len(r.toks) && !r.tok(i+1).gap {
			r.toks[i].taken = true
			i++
		}
		if i < len(r.toks) {
			r.toks[i].taken = true
		}
	}
}

// link reports whether a web address begins at token i: "https:", "www." or
// "example.com/".
func (r *reader) link(i int) bool {
	t := &r.toks[i]
	if t.kind != word || t.c == foreign {
		return false
	}
	switch string(r.bytes(t)) {
	case "http", "https", "mailto":
		return r.tok(i+1).is(':') && !r.tok(i+2).gap
	case "www":
		return r.tok(i+1).is('.') && !r.tok(i+2).gap
	}
	n := i
	for r.tok(n+1).is('.') && !r.tok(n+1).gap && r.tok(n+2).kind == word && !r.tok(n+2).gap {
		n += 2
	}
	return n > i && r.tok(n+1).is('/') && !r.tok(n+1).gap && !r.tok(n+2).gap
}

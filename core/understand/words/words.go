// Package words knows how a customer's text falls into words: it folds case,
// accents, invisible characters and look-alike letters, and keeps what the
// folding would lose (capitals, accents, exclamation marks) beside the words.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is how many bytes of a text are read; what comes after is ignored.
const Max = 8 << 10

// Kind is what a word is made of.
type Kind uint8

// The kinds of words.
const (
	// Letters is an ordinary word.
	Letters Kind = iota
	// Number has a digit in it: "1001", "2x", "EN-1001".
	Number
	// Contact is an e-mail address or a link; its text is not kept.
	Contact
	// Mention is an account named with @; its text is not kept.
	Mention
	// Emoji is a pictograph.
	Emoji
	// Foreign is a word in a script other than the Latin.
	Foreign
)

// Word is one word of a text.
type Word struct {
	// Text is folded: lower case, no accents, no apostrophes.
	Text string
	Kind Kind
	// Upper is true if all its letters, at least two, were capitals.
	Upper bool
	// Opens is true if a sentence begins here.
	Opens bool
}

// Text is a text split into words.
type Text struct {
	Words []Word
	// Letters, Capitals, Bangs and Asks count letters, capital letters,
	// exclamation marks and question marks.
	Letters, Capitals, Bangs, Asks int
	// Marks are the accented letters that stood in the text, at most 32.
	Marks []rune
}

// Count returns how many words there are that are neither emoji, mention nor
// contact.
func (t *Text) Count() int {
	n := 0
	for i := range t.Words {
		if k := t.Words[i].Kind; k == Letters || k == Number || k == Foreign {
			n++
		}
	}
	return n
}

// Split reads at most Max bytes of a text, in one pass. Bytes that are not
// UTF-8 count as spaces.
func Split(text string) *Text {
	if len(text) > Max {
		text = text[:Max]
	}
	s := &splitter{src: text, out: &Text{Words: make([]Word, 0, len(text)/5+2)}, opens: true}
	s.buf = make([]byte, 0, len(text)+8)
	for s.pos < len(s.src) {
		s.step()
	}
	s.end()
	s.finish()
	return s.out
}

// splitter is one pass over a text. The folded words are gathered in buf and
// cut out of it at the end, so that all of them share one string.
type splitter struct {
	src   string
	pos   int
	out   *Text
	buf   []byte
	spans []span

	// The word being read: where it starts in buf, and what was seen in it.
	start               int
	digit, alien, latin bool
	letters, capitals   int
	opens, inWord       bool
}

type span struct {
	from, to int
	word     Word
}

func (s *splitter) step() {
	if !s.inWord && s.chunk() {
		return
	}
	r, n := rune(s.src[s.pos]), 1
	if r >= utf8.RuneSelf {
		r, n = utf8.DecodeRuneInString(s.src[s.pos:])
	}
	s.read(r, n)
	s.pos += n
}

func (s *splitter) read(r rune, n int) {
	switch {
	case 'a' <= r && r <= 'z':
		s.letter(byte(r), false)
	case 'A' <= r && r <= 'Z':
		s.letter(byte(r+'a'-'A'), true)
	case '0' <= r && r <= '9':
		s.begin()
		s.digit = true
		s.buf = append(s.buf, byte(r))
	case r < utf8.RuneSelf:
		s.sign(r)
	case r == utf8.RuneError && n == 1:
		s.end()
	default:
		s.wide(r)
	}
}

func (s *splitter) begin() {
	if !s.inWord {
		s.inWord, s.start = true, len(s.buf)
		s.digit, s.alien, s.latin, s.letters, s.capitals = false, false, false, 0, 0
	}
}

// letter adds a Latin letter; of three or more in a row it keeps two.
func (s *splitter) letter(c byte, capital bool) {
	s.begin()
	s.latin = true
	s.letters++
	s.out.Letters++
	if capital {
		s.capitals++
		s.out.Capitals++
	}
	if n := len(s.buf); n-s.start >= 2 && s.buf[n-1] == c && s.buf[n-2] == c {
		return
	}
	s.buf = append(s.buf, c)
}

// sign reads an ASCII character that is neither letter nor digit.
func (s *splitter) sign(r rune) {
	switch r {
	case '\'', '`':
		s.apostrophe(1)
		return
	case '!':
		s.out.Bangs++
	case '?':
		s.out.Asks++
	}
	s.end()
	if strings.ContainsRune("!?;\n", r) || (r == '.' && s.blankAt(s.pos+1)) {
		s.opens = true
	}
	if r == ':' || r == ';' || r == '<' {
		s.face()
	}
}

func (s *splitter) blankAt(i int) bool {
	return i >= len(s.src) || s.src[i] == ' ' || s.src[i] == '\n' || s.src[i] == '\r' || s.src[i] == '.'
}

// face reads the commonest smileys made of signs as the emoji they stand for.
func (s *splitter) face() {
	rest := s.src[s.pos:]
	for _, f := range faces {
		if strings.HasPrefix(rest, f.signs) {
			s.emoji(f.emoji)
			s.pos += len(f.signs) - 1
			return
		}
	}
}

var faces = [...]struct{ signs, emoji string }{
	{":-(", "🙁"}, {":(", "🙁"}, {":'(", "😢"}, {":-)", "🙂"}, {":)", "🙂"}, {";)", "🙂"}, {":D", "🙂"}, {"<3", "❤"}, {":/", "😕"},
}

// apostrophe joins what English contracts ("don't", "where's", "I'll") and
// parts what French and Italian elide ("l'ordine", "j'ai").
func (s *splitter) apostrophe(n int) {
	if !s.inWord {
		return
	}
	rest := s.src[min(s.pos+n, len(s.src)):]
	end := 0
	for end < len(rest) && end < 3 && isASCIILetter(rest[end]) {
		end++
	}
	switch strings.ToLower(rest[:end]) {
	case "t", "s", "re", "ve", "ll", "d", "m":
		if !s.elides() {
			return
		}
	}
	s.end()
}

// elides reports whether the word so far is one that French or Italian
// shortens before an apostrophe.
func (s *splitter) elides() bool {
	switch string(s.buf[s.start:]) {
	case "l", "d", "j", "m", "t", "s", "c", "n", "qu":
		return true
	}
	return false
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// wide reads a character beyond ASCII.
func (s *splitter) wide(r rune) {
	switch {
	case invisible(r):
	case r == '’' || r == '‘' || r == '´' || r == 'ʼ':
		s.apostrophe(utf8.RuneLen(r))
	case r == '！' || r == '？' || r == '。' || r == '…' || r == '¡' || r == '¿':
		s.end()
		s.opens = true
	default:
		s.wideLetter(r)
	}
}

func (s *splitter) wideLetter(r rune) {
	if plain, ok := fold(r); ok {
		s.accented(r, plain)
		return
	}
	switch {
	case unicode.IsLetter(r):
		s.foreign(r)
	case unicode.IsDigit(r):
		s.begin()
		s.digit = true
		s.buf = utf8.AppendRune(s.buf, r)
	case pictograph(r):
		s.end()
		s.emoji(string(r))
	default:
		s.end()
	}
}

func (s *splitter) accented(r rune, plain string) {
	if r < 0x250 && len(s.out.Marks) < 32 {
		s.out.Marks = append(s.out.Marks, unicode.ToLower(r))
	}
	for i := 0; i < len(plain); i++ {
		if plain[i] >= '0' && plain[i] <= '9' {
			s.begin()
			s.digit = true
			s.buf = append(s.buf, plain[i])
			continue
		}
		s.letter(plain[i], unicode.IsUpper(r))
	}
}

// foreign adds a letter of another script. Inside a Latin word it is taken for
// the Latin letter that it looks like.
func (s *splitter) foreign(r rune) {
	if c := lookAlike(r); c != 0 && (s.latin || s.latinNext(r)) {
		s.letter(c, unicode.IsUpper(r))
		return
	}
	s.begin()
	s.alien = true
	s.letters++
	s.out.Letters++
	s.buf = utf8.AppendRune(s.buf, unicode.ToLower(r))
}

// latinNext reports whether a Latin letter follows directly.
func (s *splitter) latinNext(r rune) bool {
	i := s.pos + utf8.RuneLen(r)
	return i < len(s.src) && isASCIILetter(s.src[i])
}

func (s *splitter) emoji(e string) {
	at := len(s.buf)
	s.buf = append(s.buf, e...)
	s.spans = append(s.spans, span{at, len(s.buf), Word{Kind: Emoji, Opens: s.opens}})
}

// chunk reads an e-mail address, a link or a mention whole.
func (s *splitter) chunk() bool {
	c := s.src[s.pos]
	if c != '@' && !isASCIILetter(c) && (c < '0' || c > '9') {
		return false
	}
	if s.pos > 0 && !spaceBefore(s.src[s.pos-1]) {
		return false
	}
	end := s.pos
	at, link := false, false
	for end < len(s.src) && s.src[end] > ' ' {
		at = at || s.src[end] == '@'
		link = link || (s.src[end] == ':' && strings.HasPrefix(s.src[end:], "://"))
		end++
	}
	link = link || strings.HasPrefix(s.src[s.pos:end], "www.")
	if !at && !link {
		return false
	}
	k := Contact
	if c == '@' {
		k, end = Mention, s.mentionEnd()
	}
	s.spans = append(s.spans, span{word: Word{Kind: k, Opens: s.opens}})
	s.opens, s.pos = false, end
	return true
}

func (s *splitter) mentionEnd() int {
	end := s.pos + 1
	for end < len(s.src) && (isASCIILetter(s.src[end]) || s.src[end] == '_' || (s.src[end] >= '0' && s.src[end] <= '9')) {
		end++
	}
	return end
}

func spaceBefore(c byte) bool { return c <= ' ' || strings.IndexByte("=.(<:\",", c) >= 0 }

// end closes the word being read.
func (s *splitter) end() {
	if !s.inWord {
		return
	}
	s.inWord = false
	w := Word{Opens: s.opens, Upper: s.letters >= 2 && s.capitals == s.letters}
	switch {
	case s.digit:
		w.Kind = Number
	case s.alien:
		w.Kind = Foreign
	}
	s.opens = false
	s.spans = append(s.spans, span{s.start, len(s.buf), w})
}

// finish cuts the words out of one string.
func (s *splitter) finish() {
	all := string(s.buf)
	for _, p := range s.spans {
		p.word.Text = all[p.from:p.to]
		s.out.Words = append(s.out.Words, p.word)
	}
}

package quote

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter goes through a body's lines and finds what each is.
type splitter struct {
	lines []line
	roles []role
	// blocks are the quoted blocks among the own lines.
	blocks []block
}

// block is a run of quoted lines.
type block struct {
	from, to int // to is the line after the last
	// announced is true if a client wrote before it whose words they are, or marked
	// them up.
	announced bool
}

func split(lines []line) Parts {
	s := &splitter{lines: lines, roles: make([]role, len(lines))}
	s.scan()
	s.sign()
	s.placeBlocks()
	is := func(want ...role) func(int) bool {
		return func(i int) bool {
			for _, r := range want {
				if s.roles[i] == r {
					return true
				}
			}
			return false
		}
	}
	return Parts{
		Reply:     joined(lines, is(own, forwarded)),
		Forwarded: joined(lines, is(forwarded)),
		Quoted:    joined(lines, is(quoted)),
		Signature: joined(lines, is(signature)),
	}
}

// mark gives lines their role.
func (s *splitter) mark(from, to int, r role) {
	for i := from; i < to; i++ {
		s.roles[i] = r
	}
}

// scan finds what is quoted. Where all that follows is an earlier mail, it ends.
func (s *splitter) scan() {
	wrote := false // something of the writer's own stands above
	for i := 0; i < len(s.lines); {
		l := s.lines[i]
		if l.blank() && l.bar == 0 || l.code || l.signed {
			i++
			continue
		}
		if l.bar > 0 {
			i = s.bars(i, false)
			continue
		}
		if passesOn(l.text) {
			s.mark(i, len(s.lines), forwarded)
			return
		}
		n, cuts := s.announcement(i, wrote)
		switch {
		case n > 0 && cuts:
			s.mark(i, len(s.lines), quoted)
			return
		case n > 0:
			s.mark(i, i+n, quoted)
			if next := s.nonBlank(i + n); next < len(s.lines) && s.lines[next].bar > 0 {
				i = s.bars(next, true)
			} else {
				i += n
			}
		default:
			wrote = wrote || !tagline(l.text)
			i++
		}
	}
}

// announcement returns how many lines from i on announce an earlier mail, 0 if they
// do not, and whether all that follows is that mail. Under an announcement with
// nothing above it stands what the writer has to say.
func (s *splitter) announcement(i int, wrote bool) (n int, cuts bool) {
	if dividing(s.lines[i].text) {
		return 1, wrote
	}
	if ruleRE.MatchString(s.lines[i].text) {
		// A rule counts only with what stands under it.
		next := s.nonBlank(i + 1)
		if next == len(s.lines) || s.lines[next].bar > 0 {
			return 0, false
		}
		if n := headerBlock(s.lines[next:], true); n > 0 {
			return next + n - i, wrote
		}
		return 0, false
	}
	if n := headerBlock(s.lines[i:], false); n > 0 {
		return n, wrote
	}
	n, sure := attribution(s.lines[i:])
	if n == 0 {
		return 0, false
	}
	next := s.nonBlank(i + n)
	if next < len(s.lines) && (s.lines[next].bar > 0 || pipedRE.MatchString(s.lines[next].text)) {
		return n, wrote && s.lines[next].bar == 0
	}
	if !sure && next < len(s.lines) {
		return 0, false
	}
	return n, wrote
}

// bars notes the block of quoted lines from i on, and returns the line after it.
// Blank lines between quoted ones belong to it.
func (s *splitter) bars(i int, announced bool) int {
	if n, _ := attribution(s.lines[i:]); n > 0 || s.lines[i].markup {
		announced = true
	}
	end := i
	for j := i; j < len(s.lines) && (s.lines[j].bar > 0 || s.lines[j].blank() || s.wrapped(j)); j++ {
		if s.lines[j].bar > 0 || s.wrapped(j) {
			end = j + 1
		}
	}
	s.blocks = append(s.blocks, block{i, end, announced})
	s.mark(i, end, quoted)
	return end
}

// wrapped reports whether a line is the end of the quoted one before, which a
// client broke without marking its rest: it goes on in small letters, or stands with
// its link between quoted lines.
func (s *splitter) wrapped(i int) bool {
	if i == 0 || s.lines[i-1].bar == 0 || s.lines[i].blank() {
		return false
	}
	before, text := s.lines[i-1], strings.TrimSpace(s.lines[i].text)
	first, _ := utf8.DecodeRuneInString(text)
	if utf8.RuneCountInString(before.raw) >= 60 && unicode.IsLower(first) {
		return true
	}
	between := i+1 < len(s.lines) && s.lines[i+1].bar > 0
	opened := strings.Count(before.text, "(") > strings.Count(before.text, ")") || strings.Count(before.text, "<") > strings.Count(before.text, ">")
	return between && (opened && !strings.Contains(text, " ") || linkOnlyRE.MatchString(text))
}

// linkOnlyRE is a line that is nothing but a link.
var linkOnlyRE = regexp.MustCompile(`^[<(\[]?https?://\S+[>)\]]?(?:\s*>)?$`)

// placeBlocks keeps the quoted blocks that own words answer.
func (s *splitter) placeBlocks() {
	// Of the lines before each: the own words, and the own lines that say anything.
	words, lines := make([]int, len(s.lines)+1), make([]int, len(s.lines)+1)
	for i, l := range s.lines {
		words[i+1], lines[i+1] = words[i], lines[i]
		if s.roles[i] != own || l.blank() {
			continue
		}
		lines[i+1]++
		if !closingRE.MatchString(l.text) {
			words[i+1] += len(strings.Fields(l.text))
		}
	}
	// More than a greeting or a name is what counts.
	says := func(from, to int) bool { return words[to]-words[from] > 3 }
	end, answered := len(s.lines), 0
	for _, b := range s.blocks {
		if says(b.to, end) {
			answered++
		}
	}
	for _, b := range s.blocks {
		between := says(0, b.from) || answered > 1
		if says(b.to, end) && between || !b.announced && lines[end] > lines[b.to] {
			s.mark(b.from, b.to, own)
		}
	}
}

func (s *splitter) nonBlank(i int) int {
	for i < len(s.lines) && s.lines[i].blank() && s.lines[i].bar == 0 {
		i++
	}
	return i
}

package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wismo/core/backtest"
	"wismo/core/message"
)

// maxMail is how much of one mail is kept, in bytes: its words come before the
// files with it.
const maxMail = 4 << 20

// readFolder reads all .eml files of a folder and those in it, or one file.
func readFolder(dir string, o Options) (Found, error) {
	var b box
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || path != dir && !strings.EqualFold(filepath.Ext(path), ".eml") {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		raw, err := io.ReadAll(io.LimitReader(f, maxMail))
		b.add(filepath.Base(path), raw)
		return err
	})
	if err != nil {
		return Found{}, err
	}
	return b.found(o)
}

// readMbox reads an mbox file (RFC 4155): each mail begins with a line "From ",
// and such a line within a mail is written ">From ".
func readMbox(path string, o Options) (Found, error) {
	f, err := os.Open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close()
	var b box
	r := bufio.NewReaderSize(f, 1<<16)
	var mail bytes.Buffer
	n, line, blank := 0, 0, true
	end := func() {
		if n > 0 {
			b.add(fmt.Sprintf("mail %d", n), mail.Bytes())
		}
		mail.Reset()
		n++
	}
	for {
		l, err := readLine(r)
		if line++; line == 1 && !bytes.HasPrefix(l, []byte("From ")) {
			return Found{}, errors.New(`line 1 does not begin with "From ": it is no mbox`)
		}
		switch {
		case blank && bytes.HasPrefix(l, []byte("From ")):
			end()
		case mail.Len()+len(l) <= maxMail:
			mail.Write(unquoted(l))
		}
		blank = len(bytes.TrimRight(l, "\r\n")) == 0
		if errors.Is(err, io.EOF) {
			end()
			return b.found(o)
		}
		if err != nil {
			return Found{}, err
		}
	}
}

// readLine reads a line of any length, and keeps at most maxMail of it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) <= maxMail {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// unquoted takes one ">" from a line that begins with ">From ", ">>From " …
func unquoted(l []byte) []byte {
	if rest := bytes.TrimLeft(l, ">"); len(rest) < len(l) && bytes.HasPrefix(rest, []byte("From ")) {
		return l[1:]
	}
	return l
}

// box gathers mails.
type box struct {
	letters  []letter
	problems []Problem
	machines int
}

func (b *box) add(where string, raw []byte) {
	l, err := readLetter(raw)
	switch {
	case err != nil:
		b.problems = append(b.problems, Problem{where, err.Error()})
	case l.machine:
		b.machines++
	default:
		b.letters = append(b.letters, l)
	}
}

// found makes conversations of the mails: those that answer each other are one.
func (b *box) found(o Options) (Found, error) {
	f := Found{Problems: b.problems, Machines: b.machines}
	if len(b.letters) == 0 && len(b.problems) == 0 && b.machines == 0 {
		return f, errEmpty
	}
	threads := b.threads()
	own := o.Own
	if len(own) == 0 {
		if f.Own = commonest(threads); f.Own != "" {
			own = []string{f.Own}
		}
	}
	for _, t := range threads {
		c := backtest.Conversation{Channel: message.Email}
		for _, l := range t {
			byCustomer := !isOwn(l.from, own)
			if byCustomer && c.Customer.Value == "" && l.from != "" {
				c.Customer = message.Address{Channel: message.Email, Value: l.from}
			}
			c.Lines = append(c.Lines, backtest.Line{At: l.at, Customer: byCustomer, Text: l.text, Attachments: l.files})
		}
		f.Conversations = append(f.Conversations, c)
	}
	return f, nil
}

func isOwn(from string, own []string) bool {
	return slices.ContainsFunc(own, func(o string) bool {
		o = strings.ToLower(strings.TrimSpace(o))
		return o != "" && (from == o || strings.HasPrefix(o, "@") && strings.HasSuffix(from, o))
	})
}

// threads groups the mails by what they answer, the oldest first in each.
func (b *box) threads() [][]letter {
	parent := map[string]string{}
	var root func(string) string
	root = func(id string) string {
		up, ok := parent[id]
		if !ok || up == id {
			return id
		}
		parent[id] = root(up)
		return parent[id]
	}
	key := make([]string, len(b.letters))
	for i, l := range b.letters {
		key[i] = fmt.Sprintf("mail %d", i)
		for _, id := range append(prefixed("thread ", l.thread), append(prefixed("id ", l.id), prefixed("id ", l.refs...)...)...) {
			if r := root(id); r != root(key[i]) {
				parent[root(key[i])] = r
			}
		}
	}
	var order []string
	by := map[string][]letter{}
	for i, l := range b.letters {
		r := root(key[i])
		if by[r] == nil {
			order = append(order, r)
		}
		by[r] = append(by[r], l)
	}
	out := make([][]letter, 0, len(order))
	for _, r := range order {
		slices.SortStableFunc(by[r], func(a, b letter) int { return a.at.Compare(b.at) })
		out = append(out, by[r])
	}
	return out
}

// prefixed marks ids as of a kind, without those that are empty.
func prefixed(kind string, ids ...string) []string {
	var out []string
	for _, id := range ids {
		if id != "" {
			out = append(out, kind+id)
		}
	}
	return out
}

// commonest is the address that takes part in the most threads, empty unless it
// stands out: the shop's own, one may think.
func commonest(threads [][]letter) string {
	in := map[string]int{}
	for _, t := range threads {
		seen := map[string]bool{}
		for _, l := range t {
			for _, a := range append([]string{l.from}, l.to...) {
				if a != "" && !seen[a] {
					seen[a] = true
					in[a]++
				}
			}
		}
	}
	best, n, second := "", 0, 0
	for a, c := range in {
		switch {
		case c > n || c == n && a < best:
			best, n, second = a, c, n
		case c > second:
			second = c
		}
	}
	if n < 2 || n == second {
		return ""
	}
	return best
}

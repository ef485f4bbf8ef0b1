package history

import (
	"bytes"
	"regexp"
)

// headerRE finds the beginning of a header field (RFC 5322, 2.2).
var headerRE = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)

// mended is a mail whose header can be read: without the line "From " that an
// mbox has before it, without lines that are no field, and with line ends that
// are some. Exports are full of the like.
func mended(raw []byte) []byte {
	if !bytes.Contains(raw, []byte("\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	raw = bytes.TrimLeft(raw, "\r\n \t")
	var out bytes.Buffer
	out.Grow(len(raw))
	kept := false
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		if len(bytes.TrimRight(line, "\r")) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			kept = headerRE.Match(line)
		}
		if kept {
			out.Write(line)
			out.WriteByte('\n')
		}
		raw = rest
	}
	out.Write(raw)
	return out.Bytes()
}

package history

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"wismo/core/backtest"
	"wismo/core/message"
)

// readCSV reads a table whose first line names the columns. Commas, semicolons
// and tabs part them, whichever the first line has most of.
func readCSV(path string, o Options) (Found, error) {
	f, err := os.Open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close()
	b := bufio.NewReaderSize(f, 1<<16)
	r := csv.NewReader(b)
	r.FieldsPerRecord, r.ReuseRecord, r.LazyQuotes = -1, true, true
	r.Comma = separator(b)
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return Found{}, errEmpty
	}
	if err != nil {
		return Found{}, fmt.Errorf("line 1: %w", err)
	}
	headers := make([]string, len(head))
	for i, h := range head {
		headers[i] = plain(h)
	}
	l, err := layoutOf(headers)
	if err != nil {
		return Found{}, fmt.Errorf("line 1: %w", err)
	}
	place := map[string]int{}
	for i, h := range headers {
		if _, twice := place[h]; !twice {
			place[h] = i
		}
	}
	return readRecords(r, newTable(o.Region), l, place)
}

func readRecords(r *csv.Reader, t *table, l layout, place map[string]int) (Found, error) {
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.done()
		}
		if err != nil {
			var bad *csv.ParseError
			if !errors.As(err, &bad) {
				return t.found, err
			}
			t.wrong(fmt.Sprintf("line %d", bad.Line), bad.Err.Error())
			continue
		}
		line, _ := r.FieldPos(0)
		where := fmt.Sprintf("line %d", line)
		if len(record) <= max(place[l[colID]], place[l[colAuthor]], place[l[colText]]) {
			t.wrong(where, fmt.Sprintf("it has %d fields, the first line %d", len(record), len(place)))
			continue
		}
		var fields [columns]string
		for c, name := range l {
			if i, ok := place[name]; ok && i < len(record) {
				fields[c] = strings.Clone(record[i])
			}
		}
		t.add(where, fields)
	}
}

// separator looks at what parts the fields of the first line.
func separator(b *bufio.Reader) rune {
	head, _ := b.Peek(4096) // what is there is enough
	head, _, _ = bytes.Cut(head, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// readJSONL reads objects, one a line, whose keys are named like the columns
// of a table.
func readJSONL(path string, o Options) (Found, error) {
	f, err := os.Open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close()
	t, r := newTable(o.Region), bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return Found{}, err
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			t.object(fmt.Sprintf("line %d", n), line)
		}
		if err != nil {
			return t.done()
		}
	}
}

// object takes one object for a row.
func (t *table) object(where string, raw []byte) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		t.wrong(where, "it is no JSON object")
		return
	}
	values, headers := map[string]string{}, []string{}
	for k, v := range object {
		switch v := v.(type) {
		case string:
			values[plain(k)] = v
		case json.Number:
			values[plain(k)] = v.String()
		default:
			continue
		}
		headers = append(headers, plain(k))
	}
	l, err := layoutOf(headers)
	if err != nil {
		t.wrong(where, strings.Replace(err.Error(), "column", "field", 1))
		return
	}
	var fields [columns]string
	for c, name := range l {
		fields[c] = values[name]
	}
	t.add(where, fields)
}

// dialogue is one of the ABCD dataset (Chen et al. 2021, MIT licence):
// who spoke, and what; what an agent did stands between as "action".
type dialogue struct {
	Original [][2]string `json:"original"`
}

// readABCD reads the dialogues, as a list or by split as they are published.
func readABCD(path string) (Found, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Found{}, err
	}
	var all []dialogue
	if err := json.Unmarshal(raw, &all); err != nil {
		var splits map[string][]dialogue
		if json.Unmarshal(raw, &splits) != nil {
			return Found{}, fmt.Errorf("these are no ABCD dialogues: %w", err)
		}
		for _, name := range []string{"train", "dev", "test"} {
			all = append(all, splits[name]...)
		}
	}
	var found Found
	for _, d := range all {
		c := backtest.Conversation{Channel: message.WhatsApp}
		for _, said := range d.Original {
			if who, _ := authorOf(said[0]); who != nobody {
				c.Lines = append(c.Lines, backtest.Line{Customer: who == customer, Text: said[1]})
			}
		}
		found.Conversations = append(found.Conversations, c)
	}
	if len(found.Conversations) == 0 {
		return found, errEmpty
	}
	return found, nil
}

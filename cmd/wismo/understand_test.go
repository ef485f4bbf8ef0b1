package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"wismo/cmd/internal/app"
	"wismo/core/understand"
)

// hear runs lines through the recogniser and returns what is printed.
func hear(t *testing.T, in io.Reader, objects bool) (out []heardText, errs string, err error) {
	t.Helper()
	mind, err := understand.New()
	if err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	err = listener{mind: mind, hint: app.PlainHint(), objects: objects, errs: &e}.all(in, &o)
	d := json.NewDecoder(&o)
	for d.More() {
		var h heardText
		if err := d.Decode(&h); err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
	return out, e.String(), err
}

func TestUnderstandLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("where is my order 1001 ", 60_000)
	tests := []struct{ name, in, last string }{
		{"plain", "hi\nwhere is 1001\n", "where is 1001"},
		{"no newline at the end", "hi\nbye", "bye"},
		{"Windows line ends", "hi\r\nbye\r\n", "bye"},
		{"byte order mark", "\ufeffhello\n", "hello"},
		{"more than a megabyte", "hi\n" + long + "\n", long},
		{"no UTF-8", "caf\xe9 #1001\n", "caf\ufffd #1001"},
		{"quotes and HTML", `<b>"1001"</b> & more` + "\n", `<b>"1001"</b> & more`},
		{"empty line", "hi\n\n", ""},
		{"NUL", "a\x00b\n", "a\x00b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, errs, err := hear(t, strings.NewReader(tt.in), false)
			if err != nil || errs != "" {
				t.Fatalf("error %v, %s", err, errs)
			}
			if want := strings.Count(strings.TrimSuffix(tt.in, "\n"), "\n") + 1; len(out) != want {
				t.Fatalf("%d texts, want %d", len(out), want)
			}
			last := out[len(out)-1]
			if last.Text != tt.last {
				t.Errorf("text %.60q, want %.60q", last.Text, tt.last)
			}
			for _, e := range last.Entities {
				if last.Text[e.Start:e.End] != e.Text {
					t.Errorf("[%d:%d] is %q, want %q", e.Start, e.End, last.Text[e.Start:e.End], e.Text)
				}
			}
			if len(last.Intents) == 0 || last.Language == "" {
				t.Errorf("intents %v, language %q", last.Intents, last.Language)
			}
		})
	}
}

func TestUnderstandReportsBadLines(t *testing.T) {
	t.Parallel()
	in := `{"id":1,"text":"hi"}
{"id":2,"text":5}
{"id":3}
[]
{"id":4,"text":"bye"} and more

{"id":null,"text":"bye"}
{"text":"a"}
`
	out, errs, err := hear(t, strings.NewReader(in), true)
	if !errors.Is(err, errReported) {
		t.Errorf("error %v, want errReported", err)
	}
	for _, n := range []int{2, 3, 4, 5} {
		if !strings.Contains(errs, fmt.Sprintf("line %d: ", n)) {
			t.Errorf("line %d is not reported:\n%s", n, errs)
		}
	}
	var ids []string
	for _, h := range out {
		ids = append(ids, string(h.ID))
	}
	// A text without an id bears the number of its line.
	if got := strings.Join(ids, " "); got != "1 null 8" {
		t.Errorf("ids %s", got)
	}
}

// Each text is answered before the next is asked for, so that one may talk to
// it through pipes.
func TestUnderstandStreams(t *testing.T) {
	t.Parallel()
	mind, err := understand.New()
	if err != nil {
		t.Fatal(err)
	}
	in, say := io.Pipe()
	hear, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- listener{mind: mind, errs: io.Discard}.all(in, out) }()
	d := json.NewDecoder(hear)
	for _, text := range []string{"hi", "where is it", "bye"} {
		if _, err := io.WriteString(say, text+"\n"); err != nil {
			t.Fatal(err)
		}
		var h heardText
		if err := d.Decode(&h); err != nil || h.Text != text {
			t.Fatalf("%q, %v, want %q", h.Text, err, text)
		}
	}
	_ = say.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

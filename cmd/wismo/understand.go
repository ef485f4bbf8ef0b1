package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/core/understand"
)

func newUnderstand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "understand", Short: "show what texts are understood as", Args: cobra.NoArgs,
		Long:    "Understand reads texts from standard input, one a line, and prints one JSON object for each, in their order:\nintents (best first), mood, language, entities (start and end in bytes) and the rules that spoke.\nNothing is sent, stored or looked up.",
		Example: "  echo 'wo bleibt meine bestellung 1001??' | wismo understand\n  wismo understand --jsonl < messages.jsonl",
	}
	load := settings(cmd)
	lines := cmd.Flags().Bool("jsonl", false, `lines are objects {"id": …, "text": …}`)
	key := cmd.Flags().String("shop", "", "read order numbers as this shop of the configuration writes them")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		hint := app.PlainHint()
		if *key != "" {
			c, err := load()
			if err != nil {
				return err
			}
			if hint, err = app.HintOf(c, *key); err != nil {
				return err
			}
		}
		mind, err := understand.New()
		if err != nil {
			return err
		}
		// Reading standard input cannot be called off, and there is nothing to tidy
		// up: an interrupt ends the program at once.
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		l := listener{mind: mind, hint: hint, objects: *lines, errs: cmd.ErrOrStderr()}
		return l.all(cmd.InOrStdin(), cmd.OutOrStdout())
	}
	return cmd
}

// listener understands texts one after the other.
type listener struct {
	mind    understand.Recognizer
	hint    understand.Hint
	objects bool
	errs    io.Writer
}

// heardText is one text with what it was understood as; nothing is left out.
type heardText struct {
	ID       json.RawMessage     `json:"id"`
	Text     string              `json:"text"`
	Intents  []understand.Scored `json:"intents"`
	Upset    heardMood           `json:"upset"`
	Language string              `json:"language"`
	Entities []understand.Entity `json:"entities"`
	Rules    []string            `json:"rules"`
}

// heardMood is a mood with all that it has.
type heardMood struct {
	Is    bool    `json:"is"`
	Score float64 `json:"score"`
	Why   string  `json:"why"`
}

// mark is what some programs put before UTF-8.
const mark = "\ufeff"

// all reads in to its end. A line that cannot be read is reported, and the rest
// still done.
func (l listener) all(in io.Reader, out io.Writer) error {
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	bad := false
	for n := 1; ; n++ {
		line, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read standard input: %w", err)
		}
		if line != "" {
			line = strings.TrimRight(line, "\r\n")
			if n == 1 {
				line = strings.TrimPrefix(line, mark)
			}
			if werr := l.one(w, n, line); werr != nil {
				fmt.Fprintf(l.errs, "wismo: line %d: %v\n", n, werr)
				bad = true
			}
		}
		if err != nil {
			break
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if bad {
		return errReported
	}
	return nil
}

func (l listener) one(w io.Writer, n int, line string) error {
	h := heardText{ID: json.RawMessage(strconv.Itoa(n)), Text: line}
	if l.objects {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		var in struct {
			ID   json.RawMessage `json:"id"`
			Text *string         `json:"text"`
		}
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			return fmt.Errorf(`it is no object such as {"id": "1", "text": "where is my order"}: %w`, err)
		}
		if in.Text == nil {
			return errors.New(`it has no "text"`)
		}
		h.Text = *in.Text
		if in.ID != nil {
			h.ID = in.ID
		}
	}
	return l.tell(w, h)
}

// tell understands a text and prints it. What is understood is what is printed,
// so that the offsets fit: bytes that are no UTF-8 are replaced first.
func (l listener) tell(w io.Writer, h heardText) error {
	h.Text = strings.ToValidUTF8(h.Text, "\ufffd")
	u := l.mind.Understand(h.Text, l.hint)
	h.Intents, h.Upset, h.Language = u.Intents, heardMood(u.Upset), cmp.Or(u.Language, "other")
	h.Entities = append([]understand.Entity{}, u.Entities...)
	h.Rules = append([]string{}, u.Rules...)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(h)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"wismo/channels/email/parse"
	"wismo/channels/email/quote"
	"wismo/cmd/internal/app"
	"wismo/core/understand"
)

func newReadMail() *cobra.Command {
	cmd := &cobra.Command{
		Use: "read-mail FILE…", Short: "show what mails are read as", Args: cobra.MinimumNArgs(1),
		Long: "Read-mail reads mails from files, or from standard input for \"-\", and prints one JSON object for each: who wrote it\n" +
			"(a person, or which kind of machine and why), what was newly written, what is quoted, the signature, the files,\n" +
			"and the order numbers that stand beside the new words. Nothing is sent, stored or looked up.",
		Example: "  wismo read-mail reply.eml\n  wismo read-mail --as html body.html",
	}
	as := cmd.Flags().String("as", "eml", "what the files hold: eml (a whole mail), text or html (a body alone)")
	server := cmd.Flags().String("authserv-id", "", "believe the Authentication-Results of the mail server of this name")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		read := map[string]func([]byte) parse.Mail{
			"eml": func(raw []byte) parse.Mail {
				return parse.Read(raw, parse.Options{AuthservID: *server})
			},
			"text": func(raw []byte) parse.Mail { return bare(quote.Text(string(raw))) },
			"html": func(raw []byte) parse.Mail { return bare(quote.HTML(string(raw))) },
		}[*as]
		if read == nil {
			return fmt.Errorf("--as %s: it is eml, text or html", *as)
		}
		mind, err := understand.New()
		if err != nil {
			return err
		}
		for _, file := range files {
			raw, err := contentOf(file, cmd.InOrStdin())
			if err != nil {
				return err
			}
			if err := tellMail(cmd.OutOrStdout(), file, read(raw), mind); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// bare is a body without the mail around it.
func bare(p quote.Parts) parse.Mail {
	m := parse.Mail{Class: parse.Person, Parts: p, Authentication: parse.Unknown}
	if p.Forwarded != "" {
		m.Flags = []string{parse.FlagForwarded}
	}
	return m
}

func contentOf(file string, in io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

// readMail is what is printed of a mail; nothing is left out.
type readMail struct {
	File           string               `json:"file"`
	Class          parse.Class          `json:"class"`
	Why            string               `json:"why"`
	From           string               `json:"from"`
	Subject        string               `json:"subject"`
	Reply          string               `json:"reply"`
	Quoted         string               `json:"quoted"`
	Signature      string               `json:"signature"`
	Attachments    []readFile           `json:"attachments"`
	OrderHints     []string             `json:"order_hints"`
	Authentication parse.Authentication `json:"authentication"`
	Flags          []string             `json:"flags"`
}

type readFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

func tellMail(w io.Writer, file string, m parse.Mail, mind understand.Recognizer) error {
	out := readMail{
		File: file, Class: m.Class, Why: m.Why, From: m.From, Subject: m.Subject,
		Reply: m.Reply, Quoted: m.Quoted, Signature: m.Signature,
		Attachments: []readFile{}, OrderHints: []string{}, Authentication: m.Authentication, Flags: append([]string{}, m.Flags...),
	}
	for _, f := range m.Files {
		out.Attachments = append(out.Attachments, readFile{f.Name, f.Type, f.Size})
	}
	for _, text := range []string{m.Subject, m.Quoted, m.Forwarded, m.Signature} {
		for _, e := range mind.Understand(text, app.PlainHint()).Entities {
			if e.Type == understand.OrderNumber && !slices.Contains(out.OrderHints, e.Value) {
				out.OrderHints = append(out.OrderHints, e.Value)
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

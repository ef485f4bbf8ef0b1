package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/spf13/cobra"

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
		mind, err := understand.New()
		if err != nil {
			return err
		}
		e := json.NewEncoder(cmd.OutOrStdout())
		e.SetEscapeHTML(false)
		for _, file := range files {
			raw, err := contentOf(file, cmd.InOrStdin())
			if err != nil {
				return err
			}
			read, err := app.ReadMail(raw, *as, *server, mind)
			if err != nil {
				return err
			}
			read.File = file
			if err := e.Encode(read); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

func contentOf(file string, in io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

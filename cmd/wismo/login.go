package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
)

func newLogin() *cobra.Command {
	cmd := &cobra.Command{
		Use: "login ADDRESS", Short: "let wismo into a mailbox whose provider wants OAuth", Args: cobra.ExactArgs(1),
		Long: "Login shows a code that the mailbox's user enters on the provider's page, in any browser, and writes the refresh\n" +
			"token that it gets for it to the mailbox's oauth.refresh_token_file. It is needed once.",
		Example: "  wismo login care@example.com -c wismo.yaml",
	}
	load := settings(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		token, file, err := app.Login(cmd.Context(), c, args[0], version, func(where, code string) {
			fmt.Fprintf(cmd.OutOrStdout(), "Open %s and enter the code %s\n", where, code)
		})
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "Done: %s is written. `wismo check` tries it.\n", file)
		return nil
	}
	return cmd
}

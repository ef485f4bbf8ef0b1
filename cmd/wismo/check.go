package main

import (
	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/core/check"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "try every configured connection and say how to mend what fails", Args: cobra.NoArgs,
		Long: "Check reads the configuration and tries the database, Twilio, the mailboxes and the stores for real.\nIt sends nothing and changes nothing but that a database is made or brought up to date. The exit code is 1 if anything fails.",
	}
	load := settings(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		ok, err := check.Write(cmd.OutOrStdout(), app.Check(cmd.Context(), c, version))
		if err != nil {
			return err
		}
		if !ok {
			return errReported
		}
		return nil
	}
	return cmd
}

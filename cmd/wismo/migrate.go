package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
)

func newMigrate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "migrate", Short: "bring the database to this version's schema", Args: cobra.NoArgs,
		Long: "Migrate applies what is missing of the database's schema. `wismo serve` does the same at its start; this is\nfor those who apply changes by hand first. It may be run at any time, by several at once.",
	}
	load := settings(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if err := app.Migrate(cmd.Context(), c); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), "the database is up to date")
		return nil
	}
	return cmd
}

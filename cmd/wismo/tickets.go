package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/config"
)

func newTickets() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tickets [ID]", Short: "list the hand-offs that wait for a person, or show one", Args: cobra.MaximumNArgs(1),
		Long: "Tickets lists what has been handed to a person and is not closed (--all: everything). With an ID it shows\nthat ticket with the order and the whole conversation. `wismo tickets close ID` gives the conversation back to the bot.",
	}
	load := inboxSettings(cmd)
	all := cmd.Flags().Bool("all", false, "closed ones as well")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		inbox, err := openInbox(cmd, load)
		if err != nil {
			return err
		}
		defer inbox.Close()
		if len(args) == 0 {
			return inbox.List(cmd.Context(), cmd.OutOrStdout(), *all)
		}
		id, err := ticketID(args[0])
		if err != nil {
			return err
		}
		return inbox.Show(cmd.Context(), cmd.OutOrStdout(), id, time.Local)
	}
	cmd.AddCommand(newCloseTicket())
	return cmd
}

func newCloseTicket() *cobra.Command {
	cmd := &cobra.Command{Use: "close ID", Short: "close a ticket: the bot answers in that conversation again", Args: cobra.ExactArgs(1)}
	load := inboxSettings(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := ticketID(args[0])
		if err != nil {
			return err
		}
		inbox, err := openInbox(cmd, load)
		if err != nil {
			return err
		}
		defer inbox.Close()
		return inbox.CloseTicket(cmd.Context(), id)
	}
	return cmd
}

func ticketID(arg string) (int64, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is no ticket number; `wismo tickets` lists them", arg)
	}
	return id, nil
}

// inboxSettings reads the configuration, or with --demo the demo's.
func inboxSettings(cmd *cobra.Command) func() (config.Config, error) {
	load := settings(cmd)
	demo := cmd.Flags().Bool("demo", false, "look into the demo that is running on this machine")
	return func() (config.Config, error) {
		if *demo {
			return app.Demo(app.DemoDatabase(), "shopify")
		}
		return load()
	}
}

func openInbox(cmd *cobra.Command, load func() (config.Config, error)) (*app.Inbox, error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	return app.OpenInbox(cmd.Context(), c)
}

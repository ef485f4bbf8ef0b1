package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
)

// gcPercent lets garbage pile up to twice what lives before it is collected.
// What lives is some 25 MB, so that is cheap, and under a flood the process stays
// well below its 150 MB.
const gcPercent = 200

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "answer customers", Args: cobra.NoArgs,
		Long: "Serve takes webhooks, answers customers and opens tickets until it is told to stop (SIGTERM or Ctrl-C);\nit then finishes what is in hand.",
	}
	load := settings(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
		log := newLogger(c.Log, os.Stderr)
		a, err := app.New(cmd.Context(), c, version, log)
		if err != nil {
			return err
		}
		return runApp(cmd.Context(), a)
	}
	return cmd
}

// runApp runs an app until ctx ends, then stops it gracefully.
func runApp(ctx context.Context, a *app.App) error {
	if err := a.Start(ctx); err != nil {
		return stopApp(ctx, a, err)
	}
	<-ctx.Done()
	return stopApp(ctx, a, nil)
}

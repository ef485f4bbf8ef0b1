package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/config"
)

// stopWithin is how long a graceful stop may take.
const stopWithin = 30 * time.Second

func newDemo() *cobra.Command {
	cmd := &cobra.Command{
		Use: "demo", Short: "try wismo with a sample shop, a local Twilio and SQLite; needs nothing else", Args: cobra.NoArgs,
		Long: "Demo starts the very program that serves real shops, configured with a sample shop whose orders are in every\nstate. On a terminal you are a customer with a phone; otherwise it serves until it is told to stop.",
	}
	sandbox := cmd.Flags().String("sandbox", config.Default().Sandbox.Listen, "where the local Twilio listens; loopback only")
	store := storeFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := app.Demo(app.DemoDatabase(), *store)
		if err != nil {
			return err
		}
		c.Sandbox.Listen = *sandbox
		talk := terminal(os.Stdin) && terminal(os.Stdout)
		d, err := startDemo(cmd.Context(), c, talk)
		if err != nil {
			return err
		}
		if talk {
			return stopApp(cmd.Context(), d, interactive(cmd, d.Phones(), chatter{}))
		}
		demoNotes(cmd.OutOrStdout(), d)
		<-cmd.Context().Done()
		return stopApp(cmd.Context(), d, nil)
	}
	return cmd
}

// storeFlag adds the flag that chooses the sample shop's platform.
func storeFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("store", "shopify", "the sample shop's platform: shopify, woocommerce or http")
}

// startDemo wipes what an earlier demo left and starts one. A talking demo
// keeps its log to warnings, so that the conversation can be read.
func startDemo(ctx context.Context, c config.Config, quiet bool) (*app.App, error) {
	log := newLogger(c.Log, os.Stderr)
	if quiet {
		log = slog.New(slog.DiscardHandler)
	}
	if err := app.WipeDemo(c); err != nil {
		return nil, err
	}
	a, err := app.New(ctx, c, version, log)
	if err != nil {
		return nil, err
	}
	if err := a.Start(ctx); err != nil {
		return nil, stopApp(ctx, a, err)
	}
	return a, nil
}

// stopApp stops an app gracefully, also when ctx has ended, and returns what
// went wrong before or now.
func stopApp(ctx context.Context, a *app.App, before error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(before, a.Stop(ctx))
}

func demoNotes(w io.Writer, a *app.App) {
	self, err := os.Executable()
	if err != nil {
		self = "wismo"
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, self); err == nil && !filepath.IsAbs(rel) && rel[0] != '.' {
			self = "./" + rel
		}
	}
	fmt.Fprintf(w, `The demo is running: a sample shop, a local Twilio at %s, SQLite.

  %s chat --from +14155550101      be Ana; ask: where is my order #1001?
  %s chat --from +14155550102      be Ben; write: #1002 says delivered but I never got it
  %s tickets --demo                what was handed to a person
  curl http://%s/readyz            whether it is ready

Ctrl-C ends it.
`, a.Phones().BaseURL(), self, self, self, a.PrivateAddr())
}

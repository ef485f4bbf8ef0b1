package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"wismo/config"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "wismo",
		Short:         "wismo answers \"where is my order?\" from the shop's own data",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newServe(), newDemo(), newChat(), newCheck(), newMigrate(), newTickets(), newToken(), newUnderstand(), newReadMail(), newLogin(), newBacktest(), newVersion())
	return root
}

// settings adds the flag that names the configuration file and returns a
// function that reads it.
func settings(cmd *cobra.Command) func() (config.Config, error) {
	file := cmd.Flags().StringP("config", "c", os.Getenv(config.EnvFile), "configuration file (YAML); see wismo.example.yaml")
	return func() (config.Config, error) {
		if *file == "" {
			return config.Config{}, errNoConfig
		}
		return config.Load(*file, os.Environ())
	}
}

// errNoConfig is what a command fails with that needs a configuration and got none.
var errNoConfig = errors.New("no configuration is given: name it with -c wismo.yaml (config/wismo.example.yaml explains every setting), or try `wismo demo`, which needs none")

// newLogger returns a logger as configured: for people on a terminal, JSON
// otherwise.
func newLogger(c config.Log, w *os.File) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	if c.Format == "text" || c.Format == "auto" && terminal(w) {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal(w)}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// terminal reports whether f is one.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != ""
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(cmd.OutOrStdout(), "wismo "+version)
			return nil
		},
	}
}

package app

import (
	"log/slog"
	"time"

	"wismo/config"
	"wismo/core/remote"
	"wismo/core/understand"
	"wismo/core/understand/llm"
)

// mindOf builds the recogniser: the built-in one, with a second opinion if one
// is configured.
func mindOf(c config.Config, version string, log *slog.Logger) (understand.Recognizer, error) {
	first, err := understand.New()
	if err != nil || c.Understand.LLM.URL == "" {
		return first, err
	}
	return secondOpinion(c.Understand.LLM, first, llm.Within, version, log), nil
}

// secondOpinion asks the configured model. patience bounds a call to it.
func secondOpinion(c config.LLM, first understand.Recognizer, patience time.Duration, version string, log *slog.Logger) *llm.Recogniser {
	return llm.New(llm.Config{
		First: first, URL: c.URL, Model: c.Model, Key: c.Key.Reveal(), Now: time.Now, Log: log,
		HTTP: remote.New(remote.Options{Version: version, Loopback: c.Local(), Timeout: patience, MaxBytes: llm.MaxBytes}),
	})
}

package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"wismo/config"
	"wismo/core/journal"
	"wismo/core/journal/sqlite"
	"wismo/helpdesk/inbox"
)

// Inbox is the built-in desk as the command line sees it, beside a process
// that may be serving. Close must be called.
type Inbox struct {
	journal journal.Desks
	shut    func() error
}

// OpenInbox opens the inbox in the configured database.
func OpenInbox(ctx context.Context, c config.Config) (*Inbox, error) {
	if path, ok := strings.CutPrefix(c.Database.Reveal(), "sqlite:"); ok {
		db, err := sqlite.OpenBeside(path)
		if err != nil {
			return nil, err
		}
		j := sqlite.New(db, nil, journal.Options{QuietAfter: quietAfter(c.Shops), Now: time.Now})
		return &Inbox{journal: j, shut: db.Close}, nil
	}
	r, err := openRecord(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	return &Inbox{journal: r.journal, shut: r.shut}, nil
}

// Close closes the database.
func (i *Inbox) Close() error { return i.shut() }

// List writes the tickets that are not closed, or all of them.
func (i *Inbox) List(ctx context.Context, w io.Writer, all bool) error {
	f := journal.HandOffFilter{}
	if all {
		f.States = []journal.HandOffState{journal.HandOffOwed, journal.HandOffOpen, journal.HandOffClosed}
	}
	list, err := i.journal.HandOffs(ctx, f)
	if err != nil {
		return err
	}
	return inbox.List(w, list, time.Now())
}

// Show writes one ticket with order and conversation.
func (i *Inbox) Show(ctx context.Context, w io.Writer, id int64, loc *time.Location) error {
	h, err := i.journal.HandOff(ctx, id)
	if err != nil {
		return fmt.Errorf("ticket %d: %w", id, err)
	}
	return inbox.Show(w, h, loc)
}

// CloseTicket gives the conversation back to the bot.
func (i *Inbox) CloseTicket(ctx context.Context, id int64) error {
	return i.journal.Close(ctx, id, time.Now())
}

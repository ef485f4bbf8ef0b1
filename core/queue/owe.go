package queue

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
)

// Inserter implements journal.Owe: it writes jobs into the queue in the
// caller's transaction, of type T.
type Inserter[T any] struct{ client *river.Client[T] }

func newInserter[T any](driver riverdriver.Driver[T]) (*Inserter[T], error) {
	c, err := river.NewClient(driver, &river.Config{})
	if err != nil {
		return nil, err
	}
	return &Inserter[T]{c}, nil
}

// Conversation implements journal.Owe.
func (i *Inserter[T]) Conversation(ctx context.Context, tx T, id int64, at time.Time) error {
	return i.insert(ctx, tx, conversationArgs{id}, at)
}

// Ticket implements journal.Owe.
func (i *Inserter[T]) Ticket(ctx context.Context, tx T, handOffID int64) error {
	return i.insert(ctx, tx, ticketArgs{handOffID}, time.Time{})
}

// Media implements journal.Owe.
func (i *Inserter[T]) Media(ctx context.Context, tx T, attachmentID int64) error {
	return i.insert(ctx, tx, mediaArgs{attachmentID}, time.Time{})
}

func (i *Inserter[T]) insert(ctx context.Context, tx T, args river.JobArgs, at time.Time) error {
	_, err := i.client.InsertTx(ctx, tx, args, &river.InsertOpts{ScheduledAt: at, MaxAttempts: kindOf(args.Kind()).attempts})
	return err
}

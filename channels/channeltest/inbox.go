package channeltest

import (
	"context"
	"errors"
	"sync"

	"wismo/core/message"
)

// ErrDown is what an Inbox answers while it is down.
var ErrDown = errors.New("the inbox is down")

// Inbox is a message.Intake that keeps what it is given in memory, each message
// once. Its zero value is ready; it is safe for concurrent use.
type Inbox struct {
	mu       sync.Mutex
	down     bool
	messages []message.Message
	known    map[[2]string]bool
	reports  []message.Delivery
}

var _ message.Intake = (*Inbox)(nil)

// Receive implements message.Intake.
func (b *Inbox) Receive(ctx context.Context, m message.Message) (repeated bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return false, ErrDown
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	key := [2]string{m.Account, m.ProviderID}
	if b.known[key] {
		return true, nil
	}
	if b.known == nil {
		b.known = make(map[[2]string]bool)
	}
	b.known[key] = true
	b.messages = append(b.messages, m)
	return false, nil
}

// Report implements message.Intake.
func (b *Inbox) Report(_ context.Context, d message.Delivery) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return ErrDown
	}
	b.reports = append(b.reports, d)
	return nil
}

// SetDown makes every call fail with ErrDown, or no more.
func (b *Inbox) SetDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// Messages returns what has been received, in order.
func (b *Inbox) Messages() []message.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]message.Message(nil), b.messages...)
}

// Reports returns what has been reported, in order.
func (b *Inbox) Reports() []message.Delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]message.Delivery(nil), b.reports...)
}

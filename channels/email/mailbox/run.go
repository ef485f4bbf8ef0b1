package mailbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"wismo/core/fault"
)

// errLost says that another replica has the right to read now.
var errLost = errors.New("another replica reads the mailbox now")

// Run reads the mailbox until ctx ends. After a failure it tries again, later and
// later; while another replica reads the mailbox, it stands by.
func (m *Mailbox) Run(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		held, err := m.sink.Hold(ctx, m.now().Add(leaseFor))
		if err == nil && !held {
			m.contact.Store(0)
			sleep(ctx, leaseEvery)
			continue
		}
		if err == nil {
			m.progress.Store(false)
			err = m.hold(ctx)
			if m.progress.Load() {
				pause = firstPause
			}
		}
		if ctx.Err() != nil || errors.Is(err, errLost) {
			continue
		}
		m.log.Warn("the mailbox cannot be read; trying again", "fault", fault.KindOf(err), "error", err, "in", pause.String())
		sleep(ctx, pause/2+rand.N(pause))
		pause = min(2*pause, longestPause)
	}
}

// hold reads the mailbox for as long as the right to it can be kept up.
func (m *Mailbox) hold(ctx context.Context) error {
	ctx, lose := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.keepHolding(ctx, lose)
	}()
	err := m.serve(ctx)
	if lost := context.Cause(ctx); errors.Is(lost, errLost) {
		err = errLost
	}
	lose(nil)
	<-ended
	// The next reader need not wait for the right to run out.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseEvery)
	defer cancel()
	_ = m.sink.Release(release)
	return err
}

// keepHolding keeps the right up. If it cannot, reading ends before another reader
// may begin.
func (m *Mailbox) keepHolding(ctx context.Context, lose context.CancelCauseFunc) {
	until := m.now().Add(leaseFor)
	for sleep(ctx, leaseEvery) {
		next := m.now().Add(leaseFor)
		held, err := m.sink.Hold(ctx, next)
		switch {
		case err == nil && held:
			until = next
		case err == nil || !m.now().Add(leaseEvery).Before(until):
			lose(errLost)
			return
		}
	}
}

// serve reads on one connection until it fails.
func (m *Mailbox) serve(ctx context.Context) error {
	s, err := Dial(ctx, m.c)
	if err != nil {
		return err
	}
	defer s.Close()
	sent, err := s.sentFolder(m.c.Sent)
	if err != nil {
		return err
	}
	m.log.Info("reading the mailbox", "folders", len(m.c.Folders), "sent", sent != "")
	defer m.contact.Store(0)
	others := time.Time{}
	for ctx.Err() == nil {
		m.contact.Store(m.now().UnixMicro())
		if now := m.now(); now.Sub(others) >= m.c.Beat {
			others = now
			if err := m.beat(ctx, s, sent); err != nil {
				return err
			}
		}
		if err := m.read(ctx, s, m.c.Folders[0], false); err != nil {
			return err
		}
		if err := s.idle(ctx, m.c.Beat); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// beat does what is done now and then: the other folders, sent mail, and chores.
func (m *Mailbox) beat(ctx context.Context, s *Session, sent string) error {
	for _, folder := range m.c.Folders[1:] {
		if err := m.read(ctx, s, folder, false); err != nil {
			return err
		}
	}
	if sent != "" {
		if err := m.read(ctx, s, sent, true); err != nil {
			return err
		}
	}
	return m.sink.Chores(ctx, s)
}

// sleep waits; false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package bot

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/resolver"
)

// mailWithin bounds one attempt to send a mail.
const mailWithin = 20 * time.Second

// Mail sends a mail that is owed. A failure that may pass is tried again as long
// as the mail is of use; what was sent at the moment of a crash may go out a
// second time within that time, and never after it.
func (b *Bot) Mail(ctx context.Context, id int64) error {
	m, err := b.journal.Mail(ctx, id)
	if err != nil || m.State != journal.MailOwed {
		return err
	}
	state := journal.MailSent
	switch err := b.mail(ctx, m); {
	case err != nil && fault.KindOf(err).Retryable() && b.now().Before(m.Until):
		return err
	case err != nil:
		state = journal.MailDropped
		b.log.Error("a mail was not sent", "shop", m.Shop, "mail", id, "fault", fault.KindOf(err), "error", err)
	}
	return b.journal.Mailed(ctx, id, state, b.now())
}

func (b *Bot) mail(ctx context.Context, m journal.Mail) error {
	if !b.now().Before(m.Until) {
		return fault.New(fault.Permanent, "mail", "it is too late for it")
	}
	s, ok := b.shops[m.Shop]
	if !ok || s.Mailer == nil {
		return fault.New(fault.Invalid, "mail", "shop %q has no mail server", m.Shop)
	}
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailWithin)
	defer cancel()
	return s.Mailer.Send(sending, m.To, m.Subject, m.Text)
}

// mails words the mails that a decision wants sent.
func (b *Bot) mails(s Shop, d resolver.Decision) ([]journal.NewMail, error) {
	if d.Code == nil {
		return nil, nil
	}
	m := journal.NewMail{To: d.Code.To, Until: d.Code.Until}
	var err error
	if m.Subject, err = b.voice.Text(s.Shop, d.Language, d.Code.Subject.Key, d.Code.Subject.Facts, b.now()); err != nil {
		return nil, fmt.Errorf("word the mail's subject: %w", err)
	}
	if m.Text, err = b.voice.Text(s.Shop, d.Language, d.Code.Text.Key, d.Code.Text.Facts, b.now()); err != nil {
		return nil, fmt.Errorf("word the mail: %w", err)
	}
	return []journal.NewMail{m}, nil
}

// drawDigits draws six decimal digits, each million as likely as any other.
func drawDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "" // never (crypto/rand); without digits no code is sent
	}
	return fmt.Sprintf("%06d", n)
}

package email

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wneessen/go-mail"

	"wismo/channels/email/compose"
	"wismo/channels/email/mailbox"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// Send implements message.Sender: the reply leaves in the thread of the last mail
// that the customer wrote before it, to the address that it came from.
func (a *Account) Send(ctx context.Context, out message.Outbound) (message.Receipt, error) {
	m, id, err := a.compose(ctx, out)
	if err != nil {
		return message.Receipt{}, err
	}
	if err := a.server.Submit(ctx, m); err != nil {
		return message.Receipt{}, err
	}
	at := a.now()
	if a.c.FileSent {
		a.file(ctx, m)
	}
	return message.Receipt{ProviderID: id, Status: message.Sent, At: at}, nil
}

// Find implements message.Sender. Whether a mail was taken shows where sent mail
// lies: its Message-ID is the same for each attempt.
func (a *Account) Find(ctx context.Context, out message.Outbound) ([]message.Receipt, error) {
	s, err := mailbox.Dial(ctx, a.c.IMAP)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	id := compose.MessageID(a.secret, out.ID, a.c.Address)
	found, err := s.HasSent(id)
	if err != nil || !found {
		return nil, err
	}
	return []message.Receipt{{ProviderID: id, Status: message.Sent, At: out.FirstTry}}, nil
}

// file puts a copy where sent mail lies. The mail has left: that the copy is missing
// is no reason to send it again.
func (a *Account) file(ctx context.Context, m *mail.Msg) {
	raw, err := compose.Bytes(m)
	if err == nil {
		var s *mailbox.Session
		if s, err = mailbox.Dial(ctx, a.c.IMAP); err == nil {
			err = s.File(raw, a.now())
			s.Close()
		}
	}
	if err != nil {
		a.log.Warn("a reply was sent but not filed", "error", err)
	}
}

func (a *Account) compose(ctx context.Context, out message.Outbound) (*mail.Msg, string, error) {
	if out.To.EmailAddress() == "" {
		return nil, "", fault.New(fault.Invalid, "mail", "the recipient has no e-mail address")
	}
	heard, err := a.letters.Answers(ctx, out.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, "", fault.New(fault.Unavailable, "mail", "what it answers cannot be read: %w", err)
	}
	id := compose.MessageID(a.secret, out.ID, a.c.Address)
	m, err := compose.Mail(compose.Reply{
		ID: id, From: a.c.Address, Name: a.c.ShopName, To: out.To.Value, At: a.now(),
		Text: out.Text, Signature: a.c.Signature, Answers: a.answered(heard),
	})
	return m, id, err
}

// answered is the mail that a reply answers. Of what it says nothing is passed on
// unless the sender is proven, or answers a mail of ours: a forged sender would make
// us send words of theirs to whom they like.
func (a *Account) answered(h journal.Heard) compose.Answered {
	out := compose.Answered{
		ID: h.Extra[message.ExtraMessageID], References: strings.Fields(h.Extra[message.ExtraReferences]), At: h.At,
	}
	proven := h.ID != 0 && message.AuthenticationOf(h.Extra[message.ExtraSender]) == message.SenderProven
	for _, ref := range out.References {
		proven = proven || a.ourID(strings.Trim(ref, "<>"))
	}
	if subject := h.Extra[message.ExtraSubject]; proven || harmless(subject) {
		out.Subject = subject
	}
	if proven {
		out.Text = h.Text
	}
	return out
}

// luringRE finds what makes a subject worth forging a sender for.
var luringRE = regexp.MustCompile(`(?i)https?:|www\.|@|\p{L}\.\p{L}{2,}`)

func harmless(subject string) bool {
	return utf8.RuneCountInString(subject) <= 78 && !luringRE.MatchString(subject)
}

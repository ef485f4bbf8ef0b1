package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"path"
	"strconv"
	"strings"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/sms"
)

// Ticket does what a hand-off owes at the shop's desk until nothing is left: the
// ticket is made, then what the customer says meanwhile is added, in its order.
func (b *Bot) Ticket(ctx context.Context, id int64) error {
	for range maxSteps {
		step, err := b.journal.NextAtDesk(ctx, id, b.now())
		if err != nil {
			return err
		}
		if step.Kind == journal.DeskDone || step.Kind == journal.DeskBusy {
			return nil
		}
		if err := b.atDesk(ctx, step); err != nil {
			gone := step.Kind != journal.DeskOpen && fault.KindOf(err) == fault.NotFound
			if e := b.journal.NotDone(context.WithoutCancel(ctx), id, fault.Unclear(err), gone); e != nil {
				return e
			}
			if gone {
				b.log.Warn("a ticket is gone; another is made", "shop", step.HandOff.Shop, "hand_off", id)
				continue
			}
			return err
		}
	}
	return fmt.Errorf("hand-off %d has not come to rest", id)
}

// atDesk takes one step.
func (b *Bot) atDesk(ctx context.Context, step journal.DeskStep) error {
	h := step.HandOff
	s, ok := b.shops[h.Shop]
	if !ok {
		return fault.New(fault.Invalid, "ticket", "shop %q is not configured any more", h.Shop)
	}
	ctx, cancel := context.WithTimeout(ctx, journal.DeskStepWithin-15*time.Second)
	defer cancel()
	if step.Kind == journal.DeskOpen {
		return b.openTicket(ctx, s, step)
	}
	desk, ok := s.Desk.(handoff.Appender)
	if !ok || desk.Kind() != h.Desk {
		// The built-in inbox shows the conversation itself; a desk that was changed
		// meanwhile no longer has the ticket.
		return b.has(ctx, step)
	}
	if step.Kind == journal.DeskNote {
		e := handoff.EntryOf(key(h.Shop, "n", step.Line.ID), handoff.Person{}, step.Line)
		e.Note, e.Again = true, step.Again
		if err := desk.Append(ctx, h.TicketID, e); err != nil {
			return err
		}
		return b.has(ctx, step)
	}
	e := handoff.EntryOf(key(h.Shop, "m", step.Line.ID), handoff.PersonOf(h.Customer), step.Line)
	e.Again = step.Again
	var err error
	if e.Files, err = b.files(ctx, []conversation.Line{step.Line}); err != nil {
		return err
	}
	if err := desk.Append(ctx, h.TicketID, e); err != nil {
		return err
	}
	return b.has(ctx, step)
}

// has writes down that the desk has what a step was to add.
func (b *Bot) has(ctx context.Context, step journal.DeskStep) error {
	if step.Kind == journal.DeskNote {
		return b.journal.Noted(ctx, step.HandOff.ID, step.Line.ID)
	}
	return b.journal.Appended(ctx, step.HandOff.ID, step.Line.ID)
}

func (b *Bot) openTicket(ctx context.Context, s Shop, step journal.DeskStep) error {
	t := step.HandOff.Ticket
	t.Subject = handoff.SubjectOf(t.Case, t.Channel)
	t.Key, t.Again, t.Person = key(t.Shop, "t", t.ID), step.Again, handoff.PersonOf(t.Customer)
	t.Tags = []string{"wismo", string(t.Case.Reason), string(t.Channel)}
	var err error
	if t.Files, err = b.files(ctx, t.Transcript); err != nil {
		return err
	}
	if t, err = b.pages.Fill(t, s.Location); err != nil {
		return err
	}
	ticketID, err := s.Desk.Open(ctx, t)
	if err != nil {
		return errors.Join(err, b.mailTicket(context.WithoutCancel(ctx), s, t))
	}
	b.log.Info("ticket opened", "shop", t.Shop, "hand_off", t.ID, "reason", t.Case.Reason, "desk", s.Desk.Kind())
	return b.journal.Opened(ctx, t.ID, s.Desk.Kind(), ticketID, lastHeard(t.Transcript), b.now())
}

// ticketMailLives is how long a ticket's mail is of use.
const ticketMailLives = 72 * time.Hour

// mailTicket sends a ticket to the support mailbox, once, when its desk has not taken
// it for too long. It still goes to the desk when that can be reached again.
func (b *Bot) mailTicket(ctx context.Context, s Shop, t handoff.Ticket) error {
	now := b.now()
	if s.Mailer == nil || s.SupportEmail == "" || now.Sub(t.CreatedAt) < s.TicketMailedAfter {
		return nil
	}
	m := journal.NewMail{To: s.SupportEmail, Subject: t.Subject, Text: "The help desk has not taken this ticket so far; it will be there as well once it can be reached.\n\n" + t.Body.Plain, Until: now.Add(ticketMailLives)}
	return b.journal.MailTicket(ctx, t.ID, m, now)
}

const (
	// maxFiles and maxFileBytes bound what goes to a desk with one ticket or entry;
	// the rest stays with us, and its name stands in the text.
	maxFiles, maxFileBytes = 20, 15 << 20
	// fetchedWithin is how long a desk waits for what is still to be fetched.
	fetchedWithin = time.Minute
)

// files are what the customer has sent, as far as it is here.
func (b *Bot) files(ctx context.Context, lines []conversation.Line) ([]handoff.File, error) {
	var files []handoff.File
	total := 0
	for _, l := range lines {
		for i, a := range l.Attachments {
			m, err := b.journal.Kept(ctx, a.ID)
			switch kind := fault.KindOf(err); {
			case err == nil:
			case kind == fault.NotFound, kind == fault.Unavailable && b.now().Sub(l.At) > fetchedWithin:
				continue
			default:
				return nil, err
			}
			if total += len(m.Bytes); total > maxFileBytes || len(files) == maxFiles {
				return files, nil
			}
			files = append(files, handoff.File{Name: fileName(a, l.ID, i), Type: cmp.Or(m.Type, a.Type), Bytes: m.Bytes})
		}
	}
	return files, nil
}

// fileName is an attachment's own name, or one made of its type.
func fileName(a message.Attachment, messageID int64, i int) string {
	if name := path.Base(strings.ReplaceAll(a.Name, "\\", "/")); a.Name != "" && name != "." && name != "/" {
		return name
	}
	name := fmt.Sprintf("message-%d-%d", messageID, i+1)
	if kinds, err := mime.ExtensionsByType(a.Type); err == nil && len(kinds) > 0 {
		return name + kinds[len(kinds)-1]
	}
	return name
}

// key names something of ours in a desk that others may use too.
func key(shop, kind string, id int64) string {
	return "wismo-" + shop + "-" + kind + strconv.FormatInt(id, 10)
}

// lastHeard is the last message of the customer's that a transcript holds.
func lastHeard(lines []conversation.Line) int64 {
	last := int64(0)
	for _, l := range lines {
		if l.Direction == message.In {
			last = max(last, l.ID)
		}
	}
	return last
}

const (
	// pollEvery is how often tickets are read at desks that do not call us, hookedEvery
	// at those that do: a call may be lost.
	pollEvery, hookedEvery = 30 * time.Second, 5 * time.Minute
	// readAtOnce is how many tickets are read in one go.
	readAtOnce = 200
)

// FollowAll reads the tickets that are due for what agents have done.
func (b *Bot) FollowAll(ctx context.Context) error {
	list, err := b.journal.ToRead(ctx, b.now().Add(-pollEvery), readAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, a := range list {
		if _, hooked := b.shops[a.Shop].Desk.(handoff.Hook); hooked && b.now().Sub(a.ReadAt) < hookedEvery {
			continue
		}
		if err := b.readTicket(ctx, a); err != nil {
			failed = err
			b.log.Warn("a ticket could not be read", "shop", a.Shop, "hand_off", a.ID, "fault", fault.KindOf(err), "error", err)
		}
	}
	return failed
}

// Follow reads one ticket at its desk, as its desk has asked for.
func (b *Bot) Follow(ctx context.Context, shop, ticketID string) error {
	a, err := b.journal.OpenTicket(ctx, shop, ticketID)
	if err != nil {
		return err
	}
	return b.readTicket(ctx, a)
}

func (b *Bot) readTicket(ctx context.Context, a journal.AtDesk) error {
	desk, ok := b.shops[a.Shop].Desk.(handoff.Follower)
	if !ok || desk.Kind() != a.Desk {
		return nil
	}
	p, err := desk.Read(ctx, a.TicketID, a.Mark)
	if err != nil {
		return err
	}
	return b.took(ctx, a, p)
}

// Pushed takes what a desk has told of a ticket by itself.
func (b *Bot) Pushed(ctx context.Context, shop, ticketID string, p handoff.Progress) error {
	a, err := b.journal.OpenTicket(ctx, shop, ticketID)
	if err != nil {
		return err
	}
	return b.took(ctx, a, p)
}

// took writes down what has become of a ticket.
func (b *Bot) took(ctx context.Context, a journal.AtDesk, p handoff.Progress) error {
	news := journal.TicketNews{Mark: p.Mark, Into: p.Into, Closed: p.Stage == handoff.StageSolved || p.Stage == handoff.StageGone}
	for _, r := range p.Replies {
		news.Replies = append(news.Replies, journal.KeyedReply{Key: r.Key, Texts: textsOf(a.Channel, r)})
	}
	if p.Stage == handoff.StageGone {
		b.log.Warn("a ticket was deleted at its desk; the bot has the conversation again", "shop", a.Shop, "hand_off", a.ID)
	}
	return b.journal.Took(ctx, a.ID, news, b.now())
}

// textsOf is an agent's reply as it goes to the customer. Files cannot go by every
// channel; that there are some is said.
func textsOf(channel message.Channel, r handoff.AgentReply) []string {
	text := strings.TrimSpace(r.Text)
	for _, f := range r.Files {
		text += "\n[" + f.Name + "]"
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	if channel == message.Email {
		return []string{text}
	}
	return sms.Split(text, maxBody)
}

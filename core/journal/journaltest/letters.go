package journaltest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

const (
	mailbox = "care"
	inbox   = "INBOX"
	bob     = "bob@example.com"
)

// letter is a customer's mail at a place in the mailbox.
func (b *bench) letter(uid uint32, key, from, text string) journal.Letter {
	m := message.Message{
		Shop: "acme", Channel: message.Email, Account: mailbox,
		From: message.Address{Channel: message.Email, Value: from}, To: message.Address{Channel: message.Email, Value: "care@example.com"},
		Text: text, Extra: map[string]string{"subject": "Order " + key}, At: b.clock.Now(),
	}
	return journal.Letter{Key: key, UID: uid, Message: &m}
}

func (b *bench) takeLetters(t *testing.T, upTo journal.Place, wantFresh int, list ...journal.Letter) {
	t.Helper()
	fresh, err := b.j.TakeLetters(t.Context(), mailbox, inbox, list, upTo)
	if err != nil || fresh != wantFresh {
		t.Fatalf("%d letters are new, want %d, error %v", fresh, wantFresh, err)
	}
}

func (b *bench) tally(t *testing.T, seen, answered, waiting int) journal.Tally {
	t.Helper()
	got, err := b.j.Tally(t.Context(), mailbox)
	if err != nil || got.Seen != seen || got.Answered != answered || got.Waiting != waiting || !got.Whole() {
		t.Fatalf("%+v, error %v; want seen %d, answered %d, waiting %d", got, err, seen, answered, waiting)
	}
	return got
}

func lettersOnce(t *testing.T, b *bench) {
	if _, ok, err := b.j.Place(t.Context(), mailbox, inbox); ok || err != nil {
		t.Fatalf("a folder that was never read has a place, error %v", err)
	}
	list := []journal.Letter{b.letter(7, "k1", bob, "where is 1001"), b.letter(8, "k2", bob, "hello?"), b.letter(9, "k3", "eve@example.com", "hi"), {Key: "k4", UID: 10, Ignored: "bounce"}}
	since := b.clock.Now().Add(-time.Hour)
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 10, Since: since}, 4, list...)
	if n, _, _ := b.owed.Counts(); n != 2 {
		t.Fatalf("%d conversations are owed an answer, want 2", n)
	}
	if got := b.tally(t, 4, 0, 3); got.Ignored["bounce"] != 1 {
		t.Fatalf("%+v", got)
	}
	// The folder is made anew: the same mails lie elsewhere, one is new.
	for i := range list {
		list[i].UID -= 6
	}
	b.takeLetters(t, journal.Place{UIDValidity: 2, UID: 5}, 1, append(list, b.letter(5, "k5", bob, "still nothing"))...)
	if n, _, _ := b.owed.Counts(); n != 2 {
		t.Fatalf("%d conversations are owed an answer, want 2", n)
	}
	p, ok, err := b.j.Place(t.Context(), mailbox, inbox)
	if !ok || err != nil || p.UIDValidity != 2 || p.UID != 5 || !p.Since.Equal(since) {
		t.Fatalf("place %+v, %v, error %v", p, ok, err)
	}
	// What an earlier reader writes late moves nothing back.
	b.takeLetters(t, journal.Place{UIDValidity: 2, UID: 3}, 0)
	if p, _, _ := b.j.Place(t.Context(), mailbox, inbox); p.UID != 5 {
		t.Fatalf("the place went back to %d", p.UID)
	}
}

func lettersAllOrNothing(t *testing.T, b *bench) {
	b.owed.Break(true)
	if _, err := b.j.TakeLetters(t.Context(), mailbox, inbox, []journal.Letter{b.letter(1, "k1", bob, "hi")}, journal.Place{UIDValidity: 1, UID: 1}); err == nil {
		t.Fatal("a letter was taken without a job")
	}
	if _, ok, _ := b.j.Place(t.Context(), mailbox, inbox); ok {
		t.Fatal("the place moved on although nothing was written")
	}
	b.tally(t, 0, 0, 0)
	b.owed.Break(false)
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 1}, 1, b.letter(1, "k1", bob, "hi"))
}

// answerLetter answers all that waits in the conversation that was owed last.
func (b *bench) answerLetter(t *testing.T, text, messageID string) (conversationID, replyID int64) {
	t.Helper()
	id, _ := b.owed.Last()
	r := b.finish(t, outcome(b.next(t, id, nil, journal.Answer).Turn, text), journal.Send).Reply
	b.next(t, id, sent(r, messageID), journal.Done)
	return id, r.ID
}

func lettersFlagged(t *testing.T, b *bench) {
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 2}, 2, b.letter(1, "k1", bob, "where is 1001"), b.letter(2, "k2", bob, "?"))
	if list, err := b.j.Unflagged(t.Context(), mailbox, 10); err != nil || len(list) != 0 {
		t.Fatalf("%+v lie there answered before the answer, error %v", list, err)
	}
	_, reply := b.answerLetter(t, "on its way", "<r1@example.com>")
	b.tally(t, 2, 2, 0)
	h, err := b.j.Answers(t.Context(), reply)
	if err != nil || h.Text != "?" || h.Extra["subject"] != "Order k2" {
		t.Fatalf("the reply answers %+v, error %v", h, err)
	}
	list, err := b.j.Unflagged(t.Context(), mailbox, 10)
	if err != nil || len(list) != 2 || list[0].Folder != inbox || list[0].UID != 1 || list[0].UIDValidity != 1 {
		t.Fatalf("%+v lie there answered, error %v", list, err)
	}
	if err := b.j.Flagged(t.Context(), []int64{list[0].ID, list[1].ID}); err != nil {
		t.Fatal(err)
	}
	if list, _ := b.j.Unflagged(t.Context(), mailbox, 10); len(list) != 0 {
		t.Fatalf("%+v are flagged twice", list)
	}
}

func bounceHandsOff(t *testing.T, b *bench) {
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 1}, 1, b.letter(1, "k1", bob, "where is 1001"))
	id, _ := b.answerLetter(t, "on its way", "<r1@example.com>")
	bounce := journal.Letter{Key: "k2", UID: 2, Ignored: "bounce", Failed: &message.Delivery{
		Account: mailbox, ProviderID: "<r1@example.com>", Status: message.Failed, Err: &fault.Error{Kind: fault.Permanent, Reason: fault.BadRecipient}, At: b.clock.Now(),
	}}
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 2}, 1, bounce)
	list := b.handOffs(t)
	if len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed || list[0].ConversationID != id {
		t.Fatalf("hand-offs %+v", list)
	}
	b.takeLetters(t, journal.Place{UIDValidity: 2, UID: 1}, 0, bounce)
	if len(b.handOffs(t)) != 1 {
		t.Fatal("read again, a bounce hands off again")
	}
}

func byHandSilences(t *testing.T, b *bench) {
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 1}, 1, b.letter(1, "k1", bob, "where is 1001"))
	id, _ := b.owed.Last()
	turn := b.next(t, id, nil, journal.Answer).Turn
	mine := journal.Letter{Key: "s1", UID: 1, Ignored: "sent by us", ByHand: &journal.ByHand{
		Shop: "acme", To: message.Address{Channel: message.Email, Value: bob}, MessageID: "<h1@example.com>", Text: "I have looked into it", At: b.clock.Now(),
	}}
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 1}, 1, mine)
	// What the bot was about to say is out of date, and it asks for nothing more.
	if _, err := b.j.Finish(t.Context(), outcome(turn, "on its way"), b.clock.Now()); err == nil {
		t.Fatal("the bot answered beside a person")
	}
	b.next(t, id, nil, journal.Done)
	if l := b.lines(t, id); len(l) != 2 || l[1].Author != message.Agent || l[1].Text != "I have looked into it" {
		t.Fatalf("transcript %+v", l)
	}
	b.clock.Pass(time.Hour)
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 2}, 1, b.letter(2, "k2", bob, "thank you"))
	turn = b.next(t, id, nil, journal.Answer).Turn
	if turn.HandOff == 0 {
		t.Fatal("the bot does not know that a person has answered")
	}
	b.finish(t, outcome(turn), journal.Done)
	// When it has been quiet for long, the bot has the next conversation again.
	b.clock.Pass(48 * time.Hour)
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 3}, 1, b.letter(3, "k3", bob, "and 1002?"))
	again, _ := b.owed.Last()
	if again == id || b.next(t, again, nil, journal.Answer).Turn.HandOff != 0 {
		t.Fatal("the bot is silent for ever")
	}
	// Where nobody waits for the bot, a person's mail changes nothing.
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 4}, 1, journal.Letter{Key: "s2", UID: 4, Ignored: "sent by us", ByHand: &journal.ByHand{
		Shop: "acme", To: message.Address{Channel: message.Email, Value: "zoe@example.com"}, MessageID: "<h2@example.com>", Text: "hello", At: b.clock.Now(),
	}})
}

func letterFiles(t *testing.T, b *bench) {
	l := b.letter(1, "k1", bob, "see the picture")
	l.Message.Attachments = []message.Attachment{{Type: "image/jpeg", Name: "box.jpg", Size: 3}, {Type: "video/mp4", Name: "box.mp4", Size: 50 << 20}}
	l.Files = []message.Media{{Type: "image/jpeg", Bytes: []byte("jpg")}, {}}
	b.takeLetters(t, journal.Place{UIDValidity: 1, UID: 1}, 1, l)
	if _, _, n := b.owed.Counts(); n != 0 {
		t.Fatalf("%d attachments are to be fetched although they are here", n)
	}
	id, _ := b.owed.Last()
	list := b.next(t, id, nil, journal.Answer).Turn.Unanswered[0].Attachments
	if len(list) != 2 || list[0].Name != "box.jpg" || list[0].Size != 3 || list[1].Size != 50<<20 {
		t.Fatalf("attachments %+v", list)
	}
}

func leases(t *testing.T, b *bench) {
	hold := func(holder string, want bool) {
		t.Helper()
		ok, err := b.j.Hold(t.Context(), "mailbox care", holder, b.clock.Now().Add(20*time.Second), b.clock.Now())
		if err != nil || ok != want {
			t.Fatalf("%s holds: %v, want %v, error %v", holder, ok, want, err)
		}
	}
	hold("a", true)
	hold("b", false)
	b.clock.Pass(15 * time.Second)
	hold("a", true)
	b.clock.Pass(19 * time.Second)
	hold("b", false)
	b.clock.Pass(2 * time.Second)
	hold("b", true)
	hold("a", false)
	if err := b.j.Release(t.Context(), "mailbox care", "a"); err != nil {
		t.Fatal(err)
	}
	hold("a", false)
	if err := b.j.Release(t.Context(), "mailbox care", "b"); err != nil {
		t.Fatal(err)
	}
	hold("a", true)
}

func secretKept(t *testing.T, b *bench) {
	var all sync.WaitGroup
	got := make([][]byte, 4)
	for i := range got {
		all.Go(func() {
			var err error
			if got[i], err = b.j.Secret(t.Context(), "threads"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	other, err := b.j.Secret(t.Context(), "other")
	if err != nil || bytes.Equal(other, got[0]) || len(other) != 32 {
		t.Fatalf("another secret: %d bytes, error %v", len(other), err)
	}
	for i := range got {
		if !bytes.Equal(got[i], got[0]) {
			t.Fatal("two replicas have two secrets")
		}
	}
}

// Several mailboxes lock the same conversations in the same order.
func lettersBesideLetters(t *testing.T, b *bench) {
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for n := range 5 {
				var list []journal.Letter
				for c := range 6 {
					who := (c*(w+1) + n) % 6
					list = append(list, b.letter(uint32(n*6+c+1), fmt.Sprintf("k%d-%d-%d", w, n, c), fmt.Sprintf("c%d@example.com", who), "where is 1001"))
				}
				if _, err := b.j.TakeLetters(t.Context(), mailbox, fmt.Sprintf("folder %d", w), list, journal.Place{UIDValidity: 1, UID: uint32(n*6 + 6)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.tally(t, 4*5*6, 0, 4*5*6)
}

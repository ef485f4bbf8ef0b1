// Package channeltest knows what every channel must do, whatever its provider:
// send once and say truthfully how it ended, find what was sent, take each
// message in once and acknowledge it only when it is written down. It is the
// suite that each adapter of message.Sender passes.
package channeltest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wismo/core/fault"
	"wismo/core/message"
)

// Channel is a channel under test.
type Channel struct {
	// Sender is the adapter. If it is a message.Sweeper, that is tested too.
	Sender message.Sender
	// Out makes a message that can be delivered. FirstTry is now.
	Out func(text string) message.Outbound
	// Provider is the other side.
	Provider Provider
}

// Provider is a test's hold on the provider that the channel talks to.
type Provider interface {
	// Took returns the texts that the provider has taken from us, in order.
	Took() []string
	// LoseAnswer makes the next send be taken and its answer be lost.
	LoseAnswer()
	// Refuse makes the next send be refused in a way of this kind.
	Refuse(kind fault.Kind)
	// Write lets a customer write to the shop. It returns the provider's id,
	// and whether the channel acknowledged the message.
	Write(ctx context.Context, text string) (id string, acknowledged bool)
	// Repeat hands over the message with this id once more.
	Repeat(ctx context.Context, id string) (acknowledged bool)
	// Withhold lets a customer write without the channel being told.
	Withhold(text string) (id string)
}

// Run puts a channel through the suite. open returns a fresh one whose messages
// go to intake.
func Run(t *testing.T, open func(t *testing.T, intake message.Intake) Channel) {
	t.Helper()
	for _, tt := range []struct {
		name string
		test func(t *testing.T, c Channel, inbox *Inbox)
	}{
		{"a text is sent once", sendsOnce},
		{"nothing sent, nothing found", findsNothing},
		{"a lost answer is unclear and the text is found", lostAnswer},
		{"two equal texts are two", equalTexts},
		{"only the same text is found", otherText},
		{"what is throttled may be sent later", throttled},
		{"what is refused for good is said so", refused},
		{"a call ends with its context", cancelled},
		{"a message is taken in", takenIn},
		{"a repeat is harmless", repeated},
		{"what is not written down is not acknowledged", notAcknowledged},
		{"hard texts are taken in", hardTexts},
		{"messages that were withheld are found", swept},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inbox := new(Inbox)
			tt.test(t, open(t, inbox), inbox)
		})
	}
}

func sendsOnce(t *testing.T, c Channel, _ *Inbox) {
	out := c.Out("Your order is on its way.")
	r := send(t, c, out)
	if r.ProviderID == "" || r.Status < message.Sent {
		t.Errorf("receipt %+v: want an id, and Sent at least", r)
	}
	expectTook(t, c, out.Text)
	expectFound(t, c, out, r.ProviderID)
}

func findsNothing(t *testing.T, c Channel, _ *Inbox) {
	expectFound(t, c, c.Out("never sent"))
}

func lostAnswer(t *testing.T, c Channel, _ *Inbox) {
	out := c.Out("It was delivered on Monday.")
	c.Provider.LoseAnswer()
	_, err := c.Sender.Send(t.Context(), out)
	expectFault(t, err, fault.Unavailable, out)
	if !fault.Unclear(err) {
		t.Errorf("the provider has taken the text, but the error is not unclear: %v", err)
	}
	expectTook(t, c, out.Text)
	found, err := c.Sender.Find(t.Context(), out)
	if err != nil || len(found) != 1 {
		t.Fatalf("Find = %v, %v; want one", found, err)
	}
}

func equalTexts(t *testing.T, c Channel, _ *Inbox) {
	out := c.Out("We are looking into it.")
	first, second := send(t, c, out), send(t, c, out)
	if first.ProviderID == second.ProviderID {
		t.Fatalf("two sends have one id, %s", first.ProviderID)
	}
	expectFound(t, c, out, first.ProviderID, second.ProviderID)
}

func otherText(t *testing.T, c Channel, _ *Inbox) {
	send(t, c, c.Out("Order #1001 is on its way."))
	expectFound(t, c, c.Out("Order #1002 is on its way."))
	expectFound(t, c, c.Out("Order #1001 is on its way. "+"Really."))
}

func throttled(t *testing.T, c Channel, _ *Inbox) {
	out := c.Out("later")
	c.Provider.Refuse(fault.Throttled)
	_, err := c.Sender.Send(t.Context(), out)
	expectFault(t, err, fault.Throttled, out)
	if fault.Unclear(err) || fault.Until(err).IsZero() {
		t.Errorf("unclear %v, until %v: want a clear refusal and a time", fault.Unclear(err), fault.Until(err))
	}
	expectTook(t, c)
	send(t, c, out)
	expectTook(t, c, out.Text)
}

func refused(t *testing.T, c Channel, _ *Inbox) {
	out := c.Out("never")
	c.Provider.Refuse(fault.Permanent)
	_, err := c.Sender.Send(t.Context(), out)
	expectFault(t, err, fault.Permanent, out)
	if fault.Unclear(err) || fault.KindOf(err).Retryable() {
		t.Errorf("%v: want a clear refusal for good", err)
	}
	expectTook(t, c)
}

func cancelled(t *testing.T, c Channel, _ *Inbox) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := c.Out("too late")
	_, err := c.Sender.Send(ctx, out)
	expectFault(t, err, fault.Unavailable, out)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that the context is cancelled", err)
	}
	if fault.Unclear(err) {
		t.Errorf("nothing has left, but the error is unclear: %v", err)
	}
	expectTook(t, c)
}

func takenIn(t *testing.T, c Channel, inbox *Inbox) {
	before := time.Now().Add(-time.Hour)
	id, acknowledged := c.Provider.Write(t.Context(), "Where is my order?")
	if !acknowledged {
		t.Fatal("not acknowledged")
	}
	m := only(t, inbox)
	want := c.Out("")
	if m.ProviderID != id || m.Text != "Where is my order?" || m.Shop != want.Shop || m.Channel != want.Channel || m.Account != want.Account {
		t.Errorf("message %+v", m)
	}
	if m.From != want.To || m.To != want.From {
		t.Error("an answer to it would not go back the way it came")
	}
	if m.At.Before(before) {
		t.Errorf("At = %v", m.At)
	}
}

func repeated(t *testing.T, c Channel, inbox *Inbox) {
	id, _ := c.Provider.Write(t.Context(), "Where is my order?")
	for range 3 {
		if !c.Provider.Repeat(t.Context(), id) {
			t.Error("a repeat was not acknowledged")
		}
	}
	only(t, inbox)
}

func notAcknowledged(t *testing.T, c Channel, inbox *Inbox) {
	inbox.SetDown(true)
	id, acknowledged := c.Provider.Write(t.Context(), "Where is my order?")
	if acknowledged {
		t.Fatal("acknowledged though it was not written down")
	}
	inbox.SetDown(false)
	if !c.Provider.Repeat(t.Context(), id) {
		t.Error("not acknowledged once the inbox was back")
	}
	only(t, inbox)
}

func hardTexts(t *testing.T, c Channel, inbox *Inbox) {
	for _, text := range []string{strings.Repeat("😀", 4096), "a\x00b", "caf\xe9 \xff\xfe", "\u202eredro ym si erehw", "  "} {
		if _, acknowledged := c.Provider.Write(t.Context(), text); !acknowledged {
			t.Errorf("a text of %d bytes was not acknowledged", len(text))
		}
	}
	for _, m := range inbox.Messages() {
		if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0) || len(m.Text) > message.MaxText {
			t.Errorf("a text of %d bytes that cannot be kept", len(m.Text))
		}
	}
}

func swept(t *testing.T, c Channel, inbox *Inbox) {
	sweeper, ok := c.Sender.(message.Sweeper)
	if !ok {
		t.Skip("the channel cannot be swept")
	}
	since := time.Now().Add(-time.Minute)
	first := c.Provider.Withhold("first")
	second, _ := c.Provider.Write(t.Context(), "second")
	third := c.Provider.Withhold("third")
	sent := c.Out("an answer")
	send(t, c, sent)
	var got []string
	err := sweeper.Received(t.Context(), since, func(ctx context.Context, m message.Message) error {
		got = append(got, m.ProviderID)
		_, err := inbox.Receive(ctx, m)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{first, second, third}; strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("found %q, want %q", got, want)
	}
	if n := len(inbox.Messages()); n != 3 {
		t.Errorf("%d messages written down, want 3", n)
	}
	stop := errors.New("stop")
	err = sweeper.Received(t.Context(), since, func(context.Context, message.Message) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("Received = %v, want the error that ended it", err)
	}
}

func send(t *testing.T, c Channel, out message.Outbound) message.Receipt {
	t.Helper()
	r, err := c.Sender.Send(t.Context(), out)
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return r
}

func only(t *testing.T, inbox *Inbox) message.Message {
	t.Helper()
	list := inbox.Messages()
	if len(list) != 1 {
		t.Fatalf("%d messages, want 1", len(list))
	}
	return list[0]
}

func expectTook(t *testing.T, c Channel, want ...string) {
	t.Helper()
	if got := c.Provider.Took(); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the provider took %q, want %q", got, want)
	}
}

func expectFound(t *testing.T, c Channel, out message.Outbound, want ...string) {
	t.Helper()
	found, err := c.Sender.Find(t.Context(), out)
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	got := make([]string, 0, len(found))
	for _, r := range found {
		got = append(got, r.ProviderID)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("found %q, want %q", got, want)
	}
}

// expectFault demands an error of a kind that tells nothing personal.
func expectFault(t *testing.T, err error, kind fault.Kind, out message.Outbound) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if _, ok := errors.AsType[*fault.Error](err); !ok || fault.KindOf(err) != kind {
		t.Errorf("kind %v, want %v: %v", fault.KindOf(err), kind, err)
	}
	for _, secret := range []string{out.To.Value, strings.TrimPrefix(out.To.Value, "+"), out.Text} {
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells something personal: %v", err)
		}
	}
}

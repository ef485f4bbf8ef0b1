package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

func writtenOnce(t *testing.T, b *bench) {
	m := b.inbound(ana, "where is my order")
	for i, want := range []bool{false, true, true} {
		repeated, err := b.j.Receive(t.Context(), m)
		if err != nil || repeated != want {
			t.Fatalf("time %d: repeated %v, error %v", i, repeated, err)
		}
	}
	if n, _, _ := b.owed.Counts(); n != 1 {
		t.Fatalf("%d jobs for one message", n)
	}
	id, _ := b.owed.Last()
	if lines := b.lines(t, id); len(lines) != 1 || lines[0].Text != m.Text || lines[0].Direction != message.In {
		t.Fatalf("transcript %+v", lines)
	}
}

// What is taken is written once as well, whichever way it comes again.
func takenOnce(t *testing.T, b *bench) {
	m := b.inbound(ana, "where is my order")
	first := b.take(t, m)
	if first.Repeated || first.ConversationID == 0 || first.JobID == 0 {
		t.Fatalf("taken %+v", first)
	}
	if again := b.take(t, m); !again.Repeated || again.JobID != 0 {
		t.Fatalf("taken again %+v", again)
	}
	if repeated, err := b.j.Receive(t.Context(), m); err != nil || !repeated {
		t.Fatalf("received after it was taken: repeated %v, error %v", repeated, err)
	}
	second := b.take(t, b.inbound(ana, "hello?"))
	if second.Repeated || second.JobID != 0 || second.ConversationID != first.ConversationID {
		t.Fatalf("a second message %+v", second)
	}
	if lines := b.lines(t, first.ConversationID); len(lines) != 2 {
		t.Fatalf("transcript %+v", lines)
	}
}

func burstOwesOne(t *testing.T, b *bench) {
	for i := range 5 {
		b.receive(t, ana, fmt.Sprint(i))
	}
	if n, _, _ := b.owed.Counts(); n != 1 {
		t.Fatalf("%d jobs for one conversation", n)
	}
	if owed, err := b.j.Owed(t.Context()); err != nil || owed != 1 {
		t.Fatalf("owed %d, error %v", owed, err)
	}
}

func allOrNothing(t *testing.T, b *bench) {
	m := b.inbound(ana, "hi")
	b.owed.Break(true)
	_, err := b.j.Receive(t.Context(), m)
	wantFault(t, err, fault.Unavailable)
	b.owed.Break(false)
	repeated, err := b.j.Receive(t.Context(), m)
	if err != nil || repeated {
		t.Fatalf("the message that was not acknowledged was kept: repeated %v, error %v", repeated, err)
	}
}

func turnAnswersAll(t *testing.T, b *bench) {
	id := b.receive(t, ana, "one")
	b.receive(t, ana, "two")
	turn := b.next(t, id, nil, journal.Answer).Turn
	if len(turn.Unanswered) != 2 || turn.Unanswered[0].Text != "one" || turn.Unanswered[1].Text != "two" {
		t.Fatalf("unanswered %+v", turn.Unanswered)
	}
	o := outcome(turn, "answer")
	o.State = conversation.State{Ref: "1001", Verified: []conversation.Verified{{OrderID: "x", Method: "sender", At: b.clock.Now()}}}
	r := b.finish(t, o, journal.Send).Reply
	if r.Text != "answer" || r.To.Value != ana || r.From.Value != "+14155550100" || r.Account != account || r.Attempt != 1 || r.Channel != message.SMS {
		t.Fatalf("reply %+v", r)
	}
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	if owed, err := b.j.Owed(t.Context()); err != nil || owed != 0 {
		t.Fatalf("owed %d, error %v", owed, err)
	}
	b.receive(t, ana, "three")
	turn = b.next(t, id, nil, journal.Answer).Turn
	if len(turn.Unanswered) != 1 || turn.State.Ref != "1001" || len(turn.State.Verified) != 1 || turn.Said != "answer" || turn.RepliesLastHour != 1 {
		t.Fatalf("second turn %+v", turn)
	}
	if n, _, _ := b.owed.Counts(); n != 2 {
		t.Fatalf("%d jobs for two rounds", n)
	}
}

// A flood is answered turn by turn, none of it passed over.
func flood(t *testing.T, b *bench) {
	var id int64
	for i := range 120 {
		id = b.receive(t, ana, fmt.Sprint(i))
	}
	heard := 0
	step := b.next(t, id, nil, journal.Answer)
	for step.Kind == journal.Answer {
		if n := len(step.Turn.Unanswered); n == 0 || n > 60 {
			t.Fatalf("a turn of %d messages", n)
		}
		for _, h := range step.Turn.Unanswered {
			if h.Text != fmt.Sprint(heard) {
				t.Fatalf("heard %q as number %d", h.Text, heard)
			}
			heard++
		}
		var err error
		if step, err = b.j.Finish(t.Context(), outcome(step.Turn), b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if heard != 120 || step.Kind != journal.Done {
		t.Fatalf("%d messages heard, then step %d", heard, step.Kind)
	}
}

func staleTurn(t *testing.T, b *bench) {
	id := b.receive(t, ana, "hi")
	first := b.next(t, id, nil, journal.Answer).Turn
	second := b.next(t, id, nil, journal.Answer).Turn
	b.finish(t, outcome(second, "quick"), journal.Send)
	if _, err := b.j.Finish(t.Context(), outcome(first, "slow"), b.clock.Now()); !errors.Is(err, journal.ErrStale) {
		t.Fatalf("error %v, want ErrStale", err)
	}
	if lines := b.lines(t, id); len(lines) != 2 {
		t.Fatalf("the thrown-away turn left something: %+v", lines)
	}
}

func messageDuringTurn(t *testing.T, b *bench) {
	id := b.receive(t, ana, "one")
	turn := b.next(t, id, nil, journal.Answer).Turn
	b.receive(t, ana, "two")
	r := b.finish(t, outcome(turn, "to one"), journal.Send).Reply
	turn = b.next(t, id, sent(r, "SMout1"), journal.Answer).Turn
	if len(turn.Unanswered) != 1 || turn.Unanswered[0].Text != "two" {
		t.Fatalf("unanswered %+v", turn.Unanswered)
	}
	r = b.finish(t, outcome(turn, "to two"), journal.Send).Reply
	b.next(t, id, sent(r, "SMout2"), journal.Done)
}

func repliesInOrder(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a", "b", "c")
	var texts []string
	for i := range 3 {
		texts = append(texts, r.Text)
		want := journal.Send
		if i == 2 {
			want = journal.Done
		}
		r = b.next(t, id, sent(r, fmt.Sprint("SMout", i)), want).Reply
	}
	if !slices.Equal(texts, []string{"a", "b", "c"}) {
		t.Fatalf("sent %v", texts)
	}
}

func crashWhileSending(t *testing.T, b *bench) {
	id, first := b.sending(t, ana, "a", "b")
	// Another worker comes while the first may still be sending.
	step := b.next(t, id, nil, journal.Later)
	if want := b.clock.Now().Add(journal.Grace); !step.At.Equal(want) {
		t.Fatalf("later at %v, want %v", step.At, want)
	}
	b.clock.Pass(journal.Grace + time.Second)
	r := b.next(t, id, nil, journal.Lookup).Reply
	if r.ID != first.ID || r.Attempt != 2 || !r.FirstTry.Equal(first.FirstTry) {
		t.Fatalf("lookup of %+v, want the first reply's second attempt", r)
	}
	// The first worker was not dead after all: its receipt is taken.
	step = b.next(t, id, sent(first, "SMout1"), journal.Send)
	if step.Reply.Text != "b" {
		t.Fatalf("reply %+v", step.Reply)
	}
	// The second one finds the same message: nothing changes, nothing fails.
	b.next(t, id, sent(r, "SMout1"), journal.Later)
}

func adoptedOnce(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "same", "same")
	second := b.next(t, id, sent(r, "SMout1"), journal.Send).Reply
	if _, err := b.j.Next(t.Context(), id, sent(second, "SMout1"), b.clock.Now()); !errors.Is(err, journal.ErrAdopted) {
		t.Fatalf("error %v, want ErrAdopted", err)
	}
	b.next(t, id, sent(second, "SMout2"), journal.Done)
}

func retryWaits(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a", "b")
	at := b.clock.Now().Add(time.Minute)
	step := b.next(t, id, &journal.Settlement{ReplyID: r.ID, Attempt: 1, Retry: at, Err: fault.New(fault.Throttled, "send", "slow down")}, journal.Later)
	if !step.At.Equal(at) {
		t.Fatalf("later at %v, want %v", step.At, at)
	}
	b.clock.Pass(2 * time.Minute)
	step = b.next(t, id, nil, journal.Send)
	if step.Reply.Text != "a" || step.Reply.Attempt != 2 {
		t.Fatalf("reply %+v", step.Reply)
	}
	// A settlement of the first attempt comes too late to change anything.
	b.next(t, id, &journal.Settlement{ReplyID: r.ID, Attempt: 1, Err: fault.New(fault.Permanent, "send", "no")}, journal.Later)
	b.next(t, id, sent(step.Reply, "SMout1"), journal.Send)
}

func wakeUp(t *testing.T, b *bench) {
	id := b.receive(t, ana, "hi")
	turn := b.next(t, id, nil, journal.Answer).Turn
	o := outcome(turn)
	o.WakeAt = b.clock.Now().Add(10 * time.Second)
	o.State.Waiting = &conversation.Waiting{Since: b.clock.Now(), Next: o.WakeAt}
	b.finish(t, o, journal.Done)
	if n, _, _ := b.owed.Counts(); n != 2 {
		t.Fatalf("%d jobs, want the message's and the wake-up's", n)
	}
	b.next(t, id, nil, journal.Done)
	b.clock.Pass(11 * time.Second)
	turn = b.next(t, id, nil, journal.Answer).Turn
	if len(turn.Unanswered) != 0 || turn.State.Waiting == nil {
		t.Fatalf("turn %+v", turn)
	}
	b.finish(t, outcome(turn), journal.Done)
	b.next(t, id, nil, journal.Done)
}

// A wake-up that is set beside an answer stays set and is due in its time.
func wakeUpBesideAReply(t *testing.T, b *bench) {
	id := b.receive(t, ana, "where is 1001")
	at := b.clock.Now().Add(48 * time.Hour)
	for n := range 2 {
		turn := b.next(t, id, nil, journal.Answer).Turn
		o := outcome(turn, "on its way")
		o.WakeAt = at
		r := b.finish(t, o, journal.Send).Reply
		b.next(t, id, sent(r, fmt.Sprint("SMout", n)), journal.Done)
		b.receive(t, ana, "and now?")
	}
	turn := b.next(t, id, nil, journal.Answer).Turn
	o := outcome(turn, "still on its way")
	o.WakeAt = at
	r := b.finish(t, o, journal.Send).Reply
	b.clock.Pass(48 * time.Hour)
	turn = b.next(t, id, sent(r, "SMout3"), journal.Answer).Turn
	if len(turn.Unanswered) != 0 {
		t.Fatalf("turn %+v", turn)
	}
	b.finish(t, outcome(turn), journal.Done)
}

func quietEnds(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a")
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	b.clock.Pass(23 * time.Hour)
	if again := b.receive(t, ana, "still there?"); again != id {
		t.Fatalf("a new conversation %d after 23 hours", again)
	}
	turn := b.next(t, id, nil, journal.Answer).Turn
	b.finish(t, outcome(turn), journal.Done)
	b.clock.Pass(25 * time.Hour)
	if again := b.receive(t, ana, "hello"); again == id {
		t.Fatal("the same conversation after 25 hours of silence")
	}
}

func stranded(t *testing.T, b *bench) {
	id := b.receive(t, ana, "hi")
	before, _, _ := b.owed.Counts()
	if ids, err := b.j.Stranded(t.Context(), b.clock.Now().Add(-time.Minute)); err != nil || len(ids) != 0 {
		t.Fatalf("stranded at once: %v, error %v", ids, err)
	}
	b.clock.Pass(2 * time.Minute)
	ids, err := b.j.Stranded(t.Context(), b.clock.Now().Add(-time.Minute))
	if err != nil || !slices.Equal(ids, []int64{id}) {
		t.Fatalf("stranded %v, error %v", ids, err)
	}
	if after, _, _ := b.owed.Counts(); after != before+1 {
		t.Fatal("what was stranded got no new job")
	}
}

// manyAtOnce lets many write into few conversations while workers answer, and
// counts: every message answered once, in order.
func manyAtOnce(t *testing.T, b *bench) {
	const customers, each = 4, 12
	var writers sync.WaitGroup
	for c := range customers {
		writers.Go(func() {
			for m := range each {
				b.receive(t, fmt.Sprintf("+1415555010%d", c), fmt.Sprint(m))
			}
		})
	}
	for range 3 {
		writers.Go(func() {
			for range 30 {
				id, _ := b.owed.Last()
				if id != 0 {
					b.work(t, id)
				}
			}
		})
	}
	writers.Wait()
	for c := range customers {
		id := b.receive(t, fmt.Sprintf("+1415555010%d", c), "last")
		ids := b.allConversations(t)
		for _, id := range append(ids, id) {
			b.work(t, id)
		}
	}
	for _, id := range b.allConversations(t) {
		var in, out []string
		for _, l := range b.lines(t, id) {
			if l.Direction == message.In {
				in = append(in, l.Text)
			} else {
				out = append(out, l.Text)
			}
		}
		if !slices.Equal(in, out) {
			t.Errorf("conversation %d heard %v and answered %v", id, in, out)
		}
	}
}

func (b *bench) allConversations(t *testing.T) []int64 {
	t.Helper()
	var ids []int64
	for id := int64(1); id <= 64; id++ {
		if len(b.lines(t, id)) > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// work answers each unanswered message by its own text, as a worker would.
func (b *bench) work(t *testing.T, id int64) {
	step, err := b.j.Next(t.Context(), id, nil, b.clock.Now())
	for err == nil && step.Kind != journal.Done && step.Kind != journal.Later {
		if step.Kind == journal.Answer {
			var texts []string
			for _, h := range step.Turn.Unanswered {
				texts = append(texts, h.Text)
			}
			step, err = b.j.Finish(t.Context(), outcome(step.Turn, texts...), b.clock.Now())
			if errors.Is(err, journal.ErrStale) {
				return
			}
			continue
		}
		step, err = b.j.Next(t.Context(), id, sent(step.Reply, fmt.Sprintf("SMout%d", step.Reply.ID)), b.clock.Now())
	}
	// The stand-in for the queue knows of a job a moment before it is committed.
	if err != nil && fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func oddTexts(t *testing.T, b *bench) {
	for _, text := range []string{"", "a\x00b", "😀\u202e <script>", "'; DROP TABLE message; --", "line\nbreak"} {
		id := b.receive(t, ana, text)
		turn := b.next(t, id, nil, journal.Answer).Turn
		o := outcome(turn, text+"!")
		o.State.Ref = text
		r := b.finish(t, o, journal.Send).Reply
		b.next(t, id, sent(r, fmt.Sprintf("SMout%d", r.ID)), journal.Done)
	}
}

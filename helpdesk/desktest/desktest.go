// Package desktest knows what every help desk must do, whatever it is: hold a hand-off
// as one ticket, take what the customer says later, tell what agents answer and
// nothing that is not for customers, and fail so that nothing is lost or done twice.
// It is the suite that each adapter of handoff.Follower passes.
package desktest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
)

// Rig is a desk under test and the test's hold on what plays it.
type Rig struct {
	Desk handoff.Follower
	// Tickets are what the desk holds, oldest first.
	Tickets func() []Seen
	// Reply lets an agent answer the customer, Note write what only agents see.
	Reply func(ticketID, text string, files ...handoff.File)
	Note  func(ticketID, text string)
	// Solve, Reopen and Delete are what agents do with a ticket.
	Solve, Reopen, Delete func(ticketID string)
	// Merge puts a ticket into another; nil where the desk cannot tell of it.
	Merge func(ticketID, into string)
	// Trouble makes the next calls end so, until None.
	Trouble func(Trouble)
	// Bare is true where the desk takes no attachments at all.
	Bare bool
}

// Seen is a ticket as its desk holds it.
type Seen struct {
	ID, Subject string
	// Body as the desk has it, in HTML or plain.
	Body  string
	Tags  []string
	Files []string
	// Entries that were added later, oldest first.
	Entries []SeenEntry
}

// SeenEntry is an entry as its desk holds it.
type SeenEntry struct {
	Text string
	// Public is true if customers may see it, Customer if it counts as theirs.
	Public, Customer bool
	Files            []string
}

// Trouble is a way in which a desk fails.
type Trouble string

// The troubles.
const (
	None     Trouble = ""
	Lost     Trouble = "lost"     // does what is asked, and never answers
	Broken   Trouble = "broken"   // answers 500 and does nothing
	Limited  Trouble = "limited"  // answers 429, for two seconds
	Revoked  Trouble = "revoked"  // does not take the credentials any more
	Garbage  Trouble = "garbage"  // answers HTML with 200 and does nothing
	Silence  Trouble = "silence"  // neither does nor answers anything
	Redirect Trouble = "redirect" // sends to another address
)

// Open returns a fresh desk.
type Open func(t *testing.T) Rig

// Noon is when the suite's tickets are made.
func Noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// Run puts a desk through the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Rig){
		"a ticket is made once":          once,
		"a ticket whose end was unclear": lost,
		"by phone and by e-mail":         people,
		"what people write is shown":     escaped,
		"later words are added once":     appended,
		"a note is for agents":           noted,
		"agents' answers are read once":  answered,
		"files of answers":               files,
		"solved, opened again, deleted":  stages,
		"merged":                         merged,
		"failures say what to do":        troubles,
		"many at once":                   many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Ticket is a hand-off of Ana's, who writes by SMS.
func Ticket(id int64) handoff.Ticket {
	ana := message.Address{Channel: message.SMS, Value: "+14155550101"}
	return handoff.Ticket{
		ID: id, Key: fmt.Sprintf("wismo-acme-%d", id), Shop: "acme", Channel: message.SMS, Customer: ana, Person: handoff.PersonOf(ana),
		Subject: "Delivered but not received: order #1001 (sms)", CreatedAt: Noon(),
		Case:  handoff.Case{Reason: handoff.DeliveredNotReceived, Priority: handoff.High},
		Body:  handoff.Document{Plain: "It never came.\nOrder #1001", HTML: "<p>It never came.</p><p>Order #1001</p>"},
		Files: []handoff.File{{Name: "transcript.txt", Type: "text/plain", Bytes: []byte("Ana: it never came")}},
		Tags:  []string{"wismo", "delivered_not_received"},
	}
}

// Later is what Ana says later.
func Later(n int, text string) handoff.Entry {
	ana := message.Address{Channel: message.SMS, Value: "+14155550101"}
	return handoff.Entry{Key: fmt.Sprintf("wismo-acme-m%d", n), Customer: handoff.PersonOf(ana), Text: handoff.Document{Plain: text, HTML: "<p>" + text + "</p>"}, At: Noon().Add(time.Duration(n) * time.Minute)}
}

func (r Rig) open(t *testing.T, ticket handoff.Ticket) string {
	t.Helper()
	id, err := r.Desk.Open(t.Context(), ticket)
	if err != nil || id == "" {
		t.Fatalf("Open = %q, %v", id, err)
	}
	return id
}

func (r Rig) held(t *testing.T, id string) Seen {
	t.Helper()
	for _, s := range r.Tickets() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("the desk holds no ticket %s", id)
	return Seen{}
}

func (r Rig) read(t *testing.T, id, mark string) handoff.Progress {
	t.Helper()
	p, err := r.Desk.Read(t.Context(), id, mark)
	if err != nil {
		t.Fatalf("Read(%s, %q): %v", id, mark, err)
	}
	return p
}

func once(t *testing.T, r Rig) {
	first := r.open(t, Ticket(1))
	again := Ticket(1)
	again.Again = true
	if id := r.open(t, again); id != first {
		t.Errorf("asked again, the ticket is %s and not %s", id, first)
	}
	second := r.open(t, Ticket(2))
	if len(r.Tickets()) != 2 || second == first {
		t.Fatalf("%d tickets, want two", len(r.Tickets()))
	}
	s := r.held(t, first)
	if !strings.Contains(s.Subject, "#1001") || !strings.Contains(s.Body, "It never came.") || !slices.Contains(s.Tags, "delivered_not_received") {
		t.Errorf("the ticket lacks subject, body or tags: %+v", s)
	}
	if !r.Bare && len(s.Files) != 1 {
		t.Errorf("files %v, want the transcript", s.Files)
	}
	if p := r.read(t, first, ""); p.Stage != handoff.StageOpen || len(p.Replies) != 0 {
		t.Errorf("a fresh ticket is %s with %d replies", p.Stage, len(p.Replies))
	}
}

// lost holds that a ticket which was made although no answer came is not made twice.
func lost(t *testing.T, r Rig) {
	r.Trouble(Lost)
	if _, err := r.Desk.Open(t.Context(), Ticket(1)); !fault.Unclear(err) || !fault.KindOf(err).Retryable() {
		t.Fatalf("Open without an answer = %v, want an unclear fault that is tried again", err)
	}
	r.Trouble(None)
	again := Ticket(1)
	again.Again = true
	id := r.open(t, again)
	if n := len(r.Tickets()); n != 1 {
		t.Fatalf("%d tickets, want one", n)
	}
	r.Trouble(Lost)
	e := Later(1, "Still nothing")
	if err := r.Desk.Append(t.Context(), id, e); !fault.Unclear(err) {
		t.Fatalf("Append without an answer = %v", err)
	}
	r.Trouble(None)
	e.Again = true
	if err := r.Desk.Append(t.Context(), id, e); err != nil {
		t.Fatal(err)
	}
	if s := r.held(t, id); len(s.Entries) != 1 {
		t.Errorf("%d entries, want one", len(s.Entries))
	}
}

func people(t *testing.T, r Rig) {
	for i, a := range []message.Address{
		{Channel: message.SMS, Value: "+14155550102"}, {Channel: message.WhatsApp, Value: "US.1234567890"}, {Channel: message.Email, Value: "ben@example.com"},
	} {
		ticket := Ticket(int64(i + 1))
		ticket.Customer, ticket.Person, ticket.Channel = a, handoff.PersonOf(a), a.Channel
		r.open(t, ticket)
		ticket.ID, ticket.Key = ticket.ID+10, ticket.Key+"0"
		r.open(t, ticket) // the same person once more
	}
	if n := len(r.Tickets()); n != 6 {
		t.Errorf("%d tickets, want six", n)
	}
}

// escaped holds that what people write is shown and does nothing.
func escaped(t *testing.T, r Rig) {
	ticket := Ticket(1)
	ticket.Subject = "Order\r\nBcc: eve@example.com <script>"
	ticket.Person.Name = "Eve\nX-Header: 1 <b>"
	ticket.Body = handoff.Document{Plain: `<script>alert("1")</script> {{7*7}} "quoted" \u0000`, HTML: `<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>`}
	id := r.open(t, ticket)
	s := r.held(t, id)
	if strings.ContainsAny(s.Subject, "\r\n") || strings.Contains(s.Body, "<script>alert(1)") {
		t.Errorf("subject %q, body %q", s.Subject, s.Body)
	}
}

func appended(t *testing.T, r Rig) {
	id := r.open(t, Ticket(1))
	photo := Later(1, "Here is a photo")
	photo.Files = []handoff.File{{Name: "door.jpg", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff\xe0photo")}}
	for _, e := range []handoff.Entry{photo, Later(2, "Still nothing"), Later(3, "Still nothing")} {
		if err := r.Desk.Append(t.Context(), id, e); err != nil {
			t.Fatal(err)
		}
	}
	repeat := Later(2, "Still nothing")
	repeat.Again = true
	if err := r.Desk.Append(t.Context(), id, repeat); err != nil {
		t.Fatal(err)
	}
	s := r.held(t, id)
	if len(s.Entries) != 3 {
		t.Fatalf("%d entries, want three: %+v", len(s.Entries), s.Entries)
	}
	for i, want := range []string{"Here is a photo", "Still nothing", "Still nothing"} {
		if e := s.Entries[i]; !strings.Contains(e.Text, want) || !e.Customer {
			t.Errorf("entry %d is %+v, want the customer's %q", i, e, want)
		}
	}
	if !r.Bare && len(s.Entries[0].Files) != 1 {
		t.Error("the photo is missing")
	}
	if p := r.read(t, id, ""); len(p.Replies) != 0 {
		t.Errorf("the customer's own words are told as an agent's: %+v", p.Replies)
	}
}

func noted(t *testing.T, r Rig) {
	id := r.open(t, Ticket(1))
	e := Later(1, "The reply could not be delivered.")
	e.Note = true
	if err := r.Desk.Append(t.Context(), id, e); err != nil {
		t.Fatal(err)
	}
	r.Note(id, "ask the carrier first")
	s := r.held(t, id)
	for _, e := range s.Entries {
		if e.Public {
			t.Errorf("a note is public: %+v", e)
		}
	}
	if p := r.read(t, id, ""); len(p.Replies) != 0 {
		t.Errorf("a note is told to the customer: %+v", p.Replies)
	}
}

func answered(t *testing.T, r Rig) {
	id := r.open(t, Ticket(1))
	mark := r.read(t, id, "").Mark
	r.Reply(id, "We have asked the carrier.")
	r.Note(id, "between us")
	if err := r.Desk.Append(t.Context(), id, Later(1, "Thanks")); err != nil {
		t.Fatal(err)
	}
	r.Reply(id, "It is found, and comes tomorrow.")
	p := r.read(t, id, mark)
	if len(p.Replies) != 2 || !strings.Contains(p.Replies[0].Text, "asked the carrier") || !strings.Contains(p.Replies[1].Text, "comes tomorrow") {
		t.Fatalf("read %+v", p.Replies)
	}
	if p.Replies[0].Key == "" || p.Replies[0].Key == p.Replies[1].Key || strings.Contains(p.Replies[0].Text, "<") {
		t.Errorf("keys or text are wrong: %+v", p.Replies)
	}
	if again := r.read(t, id, p.Mark); len(again.Replies) != 0 {
		t.Errorf("read again after the mark: %+v", again.Replies)
	}
	whole := r.read(t, id, "")
	if len(whole.Replies) != 2 || whole.Replies[0].Key != p.Replies[0].Key {
		t.Errorf("read from the beginning: %+v", whole.Replies)
	}
}

func files(t *testing.T, r Rig) {
	if r.Bare {
		t.Log("this desk takes no files")
		return
	}
	id := r.open(t, Ticket(1))
	r.Reply(id, "Please see the label.", handoff.File{Name: "label.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.7 label")})
	p := r.read(t, id, "")
	if len(p.Replies) != 1 || len(p.Replies[0].Files) != 1 {
		t.Fatalf("read %+v", p.Replies)
	}
	f, err := r.Desk.Fetch(t.Context(), p.Replies[0].Files[0], 1<<20)
	if err != nil || string(f.Bytes) != "%PDF-1.7 label" || f.Name != "label.pdf" {
		t.Errorf("fetched %q, %q, %v", f.Name, f.Bytes, err)
	}
	if _, err := r.Desk.Fetch(t.Context(), p.Replies[0].Files[0], 4); err == nil {
		t.Error("a file above the limit was fetched")
	}
	elsewhere := p.Replies[0].Files[0]
	elsewhere.URL = "http://169.254.169.254/latest/meta-data"
	if _, err := r.Desk.Fetch(t.Context(), elsewhere, 1<<20); err == nil {
		t.Error("a file of another host was fetched")
	}
}

func stages(t *testing.T, r Rig) {
	id := r.open(t, Ticket(1))
	for _, step := range []struct {
		name string
		do   func(string)
		want handoff.Stage
	}{{"solved", r.Solve, handoff.StageSolved}, {"opened again", r.Reopen, handoff.StageOpen}, {"solved again", r.Solve, handoff.StageSolved}} {
		step.do(id)
		if p := r.read(t, id, ""); p.Stage != step.want {
			t.Fatalf("%s: %s, want %s", step.name, p.Stage, step.want)
		}
	}
	if err := r.Desk.Append(t.Context(), id, Later(1, "It has come back")); err != nil {
		t.Fatalf("Append to a solved ticket: %v", err)
	}
	if p := r.read(t, id, ""); p.Stage != handoff.StageOpen {
		t.Errorf("after the customer wrote the ticket is %s", p.Stage)
	}
	r.Delete(id)
	if p := r.read(t, id, ""); p.Stage != handoff.StageGone {
		t.Errorf("deleted: %s", p.Stage)
	}
	if err := r.Desk.Append(t.Context(), id, Later(2, "Hello?")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Append to a deleted ticket = %v, want not found", err)
	}
}

func merged(t *testing.T, r Rig) {
	if r.Merge == nil {
		t.Log("this desk does not tell of merged tickets")
		return
	}
	first, second := r.open(t, Ticket(1)), r.open(t, Ticket(2))
	r.Merge(first, second)
	if p := r.read(t, first, ""); p.Stage != handoff.StageMerged || p.Into != second {
		t.Errorf("merged: %+v, want into %s", p, second)
	}
}

func troubles(t *testing.T, r Rig) {
	id := r.open(t, Ticket(1))
	for trouble, want := range map[Trouble]fault.Kind{
		Broken: fault.Unavailable, Limited: fault.Throttled, Revoked: fault.Denied, Garbage: fault.Unavailable, Silence: fault.Unavailable, Redirect: fault.Denied,
	} {
		r.Trouble(trouble)
		_, opened := r.Desk.Open(t.Context(), Ticket(9))
		_, read := r.Desk.Read(t.Context(), id, "")
		for what, err := range map[string]error{"Open": opened, "Append": r.Desk.Append(t.Context(), id, Later(9, "Hello")), "Read": read} {
			if fault.KindOf(err) != want {
				t.Errorf("%s while %s = %v, want %v", what, trouble, err, want)
				continue
			}
			if want == fault.Throttled && fault.Until(err).IsZero() {
				t.Errorf("%s does not say until when it is throttled", what)
			}
			for _, personal := range []string{"1001", "ana", "example.com", "555", "http", "never came", "Hello"} {
				if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(personal)) {
					t.Errorf("%s tells %q: %v", what, personal, err)
				}
			}
		}
		r.Trouble(None)
	}
	if n := len(r.Tickets()); n != 1 {
		t.Errorf("%d tickets after failures that did nothing, want one", n)
	}
}

func many(t *testing.T, r Rig) {
	done := make(chan error)
	for i := range 20 {
		go func() {
			_, err := r.Desk.Open(t.Context(), Ticket(int64(100+i)))
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(r.Tickets()); n != 20 {
		t.Errorf("%d tickets, want twenty", n)
	}
}

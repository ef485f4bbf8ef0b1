package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/message"
	"wismo/core/verify/token"
)

var hush = []byte("a secret of thirty-two bytes, or more")

// tokenRig is a rig whose shop takes tokens, with a function that mints them.
func tokenRig(t *testing.T) (*rig, func(token.Claims) string) {
	t.Helper()
	keys, err := token.NewKeys("acme", token.Key{ID: "a", Algorithm: token.HS256, Secret: hush})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *bot.Config) {
		s := c.Shops["acme"]
		s.Tokens = keys
		c.Shops["acme"] = s
	})
	return r, func(c token.Claims) string {
		t.Helper()
		raw, err := keys.Mint(c, "", r.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
}

func wantText(t *testing.T, texts []string, want string) {
	t.Helper()
	if got := strings.Join(texts, " | "); !strings.Contains(got, want) {
		t.Errorf("%q does not hold %q", got, want)
	}
}

func TestTokenOpensTheOrder(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"with a question": "Where is my order? %",
		"alone":           "%",
		"in a link":       "https://shop.example.com/track?t=%",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, mint := tokenRig(t)
			wantText(t, r.say(eve, strings.Replace(text, "%", mint(token.Claims{Order: "1001"}), 1)), "#1001 is on its way")
		})
	}
}

// What a channel hands over beside the text counts as well.
func TestTokenBesideTheText(t *testing.T) {
	t.Parallel()
	r, mint := tokenRig(t)
	_, err := r.journal.Receive(t.Context(), message.Message{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: "SMx", Text: "where is my order", At: r.clock.Now(),
		From: message.Address{Channel: message.SMS, Value: eve}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
		Extra: map[string]string{message.ExtraToken: mint(token.Claims{Order: "1001"})},
	})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := r.owed.Last()
	r.work(id)
	wantText(t, r.phone.texts(), "#1001 is on its way")
}

func TestTokensThatDoNotCount(t *testing.T) {
	t.Parallel()
	foreign, err := token.NewKeys("acme", token.Key{ID: "a", Algorithm: token.HS256, Secret: []byte("the secret of quite another shop, long")})
	if err != nil {
		t.Fatal(err)
	}
	r, mint := tokenRig(t)
	forged, err := foreign.Mint(token.Claims{Order: "1001"}, "", r.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, r.say(eve, "Where is my order? "+forged), "link is no longer good")
	late := mint(token.Claims{Order: "1001"})
	r.clock.Pass(16 * time.Minute)
	wantText(t, r.say("+14155550178", "Where is my order? "+late), "link is no longer good")
	wantText(t, r.say("+14155550179", late+" "+mint(token.Claims{Order: "1001"})), "#1001 is on its way")
	plain := newRig(t)
	wantText(t, plain.say(eve, "Where is my order? "+mint(token.Claims{Order: "1001"})), "link is no longer good")
	for _, want := range []string{`"reason":"bad_signature"`, `"reason":"expired"`} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("the log does not tell %s", want)
		}
	}
}

func TestOneUseToken(t *testing.T) {
	t.Parallel()
	r, mint := tokenRig(t)
	once := mint(token.Claims{Order: "1001", Once: true})
	wantText(t, r.say(eve, once), "#1001 is on its way")
	wantText(t, r.say("+14155550178", "where is my order "+once), "link is no longer good")
	wantText(t, r.say(eve, "where is it "+once), "#1001 is on its way")
	if !strings.Contains(r.log.String(), `"reason":"spent"`) {
		t.Error("the log does not tell that the token was spent")
	}
}

// crashing cannot spend at first.
type crashing struct {
	bot.Journal
	fails int
}

func (c *crashing) Spend(ctx context.Context, jti string, id int64, until time.Time) (bool, error) {
	if c.fails > 0 {
		c.fails--
		return false, fault.New(fault.Unavailable, "spend", "down")
	}
	return c.Journal.Spend(ctx, jti, id, until)
}

// A turn whose outcome was lost after the token was spent finds it good.
func TestOneUseTokenInATurnTakenTwice(t *testing.T) {
	t.Parallel()
	r, mint := tokenRig(t)
	id := r.hear(eve, mint(token.Claims{Order: "1001", Once: true}))
	r.store.set(true, "")
	down := &crashing{Journal: r.journal, fails: 1}
	if err := newRigOn(r, down).Conversation(t.Context(), id); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("error %v", err)
	}
	if len(r.phone.texts()) != 0 {
		t.Fatal("answered without knowing whether the token is spent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newRigOn(r, &crashing{Journal: r.journal}).Conversation(ctx, id); err == nil {
		t.Fatal("a turn ended although it was cut off")
	}
	r.store.set(false, "")
	r.work(id)
	wantText(t, r.phone.texts(), "#1001 is on its way")
}

// The store may be away when the token comes; it is good for the answer later.
func TestTokenWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	r, mint := tokenRig(t)
	r.store.set(true, "")
	id := r.hear(eve, mint(token.Claims{Order: "1001", Once: true}))
	r.work(id)
	wantText(t, r.phone.texts(), "can't reach our order system")
	r.store.set(false, "")
	r.clock.Pass(time.Minute)
	r.work(id)
	wantText(t, r.phone.texts(), "#1001 is on its way")
}

// Whoever holds a token may see the order: it stands in no log, no explanation
// and no ticket.
func TestTokenIsNotSpread(t *testing.T) {
	t.Parallel()
	r, mint := tokenRig(t)
	raw := mint(token.Claims{Order: "1001"})
	r.say(eve, "I want to talk to a human about my order "+raw)
	r.tickets()
	if len(r.desk.opened) != 1 {
		t.Fatalf("%d tickets", len(r.desk.opened))
	}
	if got := r.desk.opened[0].Transcript[0].Text; got != "I want to talk to a human about my order [token]" {
		t.Errorf("the ticket shows %q", got)
	}
	if strings.Contains(r.log.String(), raw) || strings.Contains(r.log.String(), "eyJ") {
		t.Error("the log holds a token")
	}
}

package resolver

import (
	"cmp"
	"slices"
	"strings"

	"wismo/core/consent"
	"wismo/core/conversation"
	"wismo/core/message"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify"
)

// talk is one decision in the making.
type talk struct {
	in     Input
	looked *Looked
	d      Decision
	// What the unanswered messages say, taken together.
	wish    consent.Wish
	handled bool // the provider has answered a keyword itself
	asks    bool // there is more than words about being written to
	intents []understand.Intent
	// first are the intents that stand first in a message.
	first   []understand.Intent
	upsetBy string
	text    string
	photos  int
	// other is true if another order is spoken of, without its number.
	other bool
	// ref is the order being talked about, empty if none is known.
	ref string
	// newRef is true if these messages named it.
	newRef bool
	// code is the one-time code that these messages bring, empty if none.
	code string
	// contact is true if these messages brought an e-mail address or a phone.
	contact bool
	// granted is true if these messages brought a token that counts, badToken
	// if they brought only such as do not.
	granted, badToken bool
}

// newTalk reads the unanswered messages together.
func newTalk(in Input) *talk {
	t := &talk{in: in, d: Decision{State: in.State}}
	if len(in.Heard) > 0 {
		t.d.State.HeardAt = in.Now
	}
	t.heedSender()
	t.heedTokens()
	for _, h := range in.Heard {
		t.hear(h)
	}
	t.heedCode()
	t.settleRef()
	t.passOver()
	t.settleIntent()
	return t
}

// settleRef picks the order that is talked about: one named now, the next of
// those named before, the one whose day has come, else the last.
func (t *talk) settleRef() {
	in := t.in
	t.ref = in.State.Ref
	switch named := t.named(); {
	case len(named) > 0:
		t.ref, t.newRef = named[0], true
		t.d.State.Queue = named[1:]
	case t.queueDue():
		t.ref, t.d.State.Queue = in.State.Queue[0], in.State.Queue[1:]
	case t.promiseDue():
		t.ref = in.State.Promise.Ref
	case t.other:
		t.otherRef()
	}
	if t.ref != in.State.Ref && in.State.Ref != "" {
		t.d.State.Refs = append(without(in.State.Refs, t.ref), in.State.Ref)
		t.d.State.Refs = t.d.State.Refs[max(0, len(t.d.State.Refs)-maxRefs):]
	}
	t.d.State.Ref = t.ref
}

const (
	// maxRefs is how many earlier orders are remembered.
	maxRefs = 5
	// maxNamed is how many orders named together are answered.
	maxNamed = 3
)

// named lists the orders that the messages name, each once, without those that
// they name to rule out ("not 1001, 1002"), unless there is no other.
func (t *talk) named() []string {
	first := append(t.codeRef(), t.grantedRef()...)
	refs, denied := slices.Clone(first), []string(nil)
	for _, h := range t.in.Heard {
		for _, e := range h.Means.Entities {
			switch {
			case e.Type != understand.OrderNumber || t.isCode(e):
			case negated(h.Text, e.Start):
				denied = append(without(denied, e.Value), e.Value)
			case !t.known(first, e.Value):
				refs = append(without(refs, e.Value), e.Value)
			}
		}
	}
	for _, d := range denied {
		refs = without(refs, d)
	}
	if len(refs) == 0 {
		refs = denied
	}
	return refs[:min(len(refs), maxNamed)]
}

// negated reports whether the word before the given place of a text says no to
// what follows, in any of the languages.
func negated(text string, at int) bool {
	if at > len(text) {
		return false
	}
	words := strings.Fields(strings.ToLower(text[max(0, at-30):at]))
	for len(words) > 0 {
		switch strings.Trim(words[len(words)-1], "#,.:'\"") {
		case "not", "nicht", "pas", "non", "niet", "nao", "não", "statt", "instead":
			return true
		case "no": // or short for number
			return len(words) == 1 || !strings.HasPrefix(words[len(words)-2], "ord") && words[len(words)-2] != "pedido"
		case "the", "die", "la", "le", "el", "il", "de", "order", "bestellung", "commande", "pedido", "ordine", "bestelling", "":
			words = words[:len(words)-1]
		default:
			return false
		}
	}
	return false
}

func without(refs []string, ref string) []string {
	var out []string
	for _, r := range refs {
		if r != ref {
			out = append(out, r)
		}
	}
	return out
}

// otherRef turns to the one other order that was named before; with none, or
// several, it must be asked for.
func (t *talk) otherRef() {
	t.ref = ""
	if len(t.in.State.Refs) == 1 {
		t.ref, t.newRef = t.in.State.Refs[0], true
	}
}

// queueDue reports whether the turn was taken for the next of several orders.
func (t *talk) queueDue() bool {
	return len(t.in.Heard) == 0 && t.in.State.Waiting == nil && queued(t.in.State)
}

// queued reports whether another order is to be answered as soon as this one
// is; while we wait for the customer it is not.
func queued(s conversation.State) bool {
	switch s.Asked {
	case conversation.AskedContact, conversation.AskedCode, conversation.AskedPerson:
		return false
	default:
		return len(s.Queue) > 0
	}
}

// promiseDue reports whether a day that the bot has named is to be looked at.
func (t *talk) promiseDue() bool {
	p := t.in.State.Promise
	return len(t.in.Heard) == 0 && p != nil && !p.At.After(t.in.Now) && !t.queueDue() && !t.waitingDue()
}

// due reports whether the turn was taken for something put off.
func (t *talk) due() bool { return t.waitingDue() || t.queueDue() || t.promiseDue() }

// language is the one in which the customer is answered.
func (t *talk) language() string { return t.in.Shop.Speaks(t.d.State.Language) }

func (t *talk) hear(h Heard) {
	t.heed(h)
	if !onlyConsent(h) {
		if len(h.Means.Intents) > 0 {
			t.first = append(t.first, h.Means.Intents[0].Name)
		}
		for _, s := range h.Means.Intents {
			if !t.wants(s.Name) {
				t.intents = append(t.intents, s.Name)
			}
		}
	}
	t.speaks(h)
	t.other = t.other || understand.OtherOrder(h.Text)
	if h.Means.Upset.Is {
		t.upsetBy = h.Means.Upset.Why
	}
	if v := t.emailIn(h.Means); v != "" {
		t.d.State.Email, t.contact = v, true
	}
	if v := h.Means.First(understand.Phone); v != "" {
		t.d.State.Phone, t.contact = v, true
	}
	t.text = strings.TrimSpace(t.text + " " + h.Text)
	t.photos += h.Attachments
}

// speaks notes the language of a message. A few words ("my mail is …") do not
// change the language of a conversation.
func (t *talk) speaks(h Heard) {
	l, before := h.Means.Language, t.d.State.Language
	if l == "" || l == "other" || before != "" && len(strings.Fields(h.Text)) < minSwitch {
		return
	}
	t.d.State.Language = l
}

// minSwitch is how many words it takes to change the language.
const minSwitch = 5

// emailIn returns the first e-mail address that may be the customer's. The
// shop's own, which everybody knows and which stands on orders that the shop has
// entered itself, proves nothing.
func (t *talk) emailIn(u understand.Understanding) string {
	own, _ := message.CanonicalEmail(t.in.Shop.SupportEmail)
	for _, e := range u.Entities {
		if e.Type == understand.Email && e.Value != own {
			return e.Value
		}
	}
	return ""
}

// heed notes what a message says about being written to. Of several that opt
// out or in the last counts; nothing else undoes them, for who writes STOP and
// then HELP has still said STOP. A keyword that the carrier has confirmed stands
// over the same wish in other words.
func (t *talk) heed(h Heard) {
	w, handled := consent.Of(h.Text, h.Handled), consent.CarrierAnswers(t.in.Channel, h.Handled)
	switch {
	case w == consent.Nothing:
		t.asks = true
	case decides(t.wish, t.handled) && !decides(w, handled), t.wish == consent.StopWord && w == consent.StopAsked:
	default:
		t.wish, t.handled = w, handled
	}
}

// onlyConsent reports whether a message is about being written to and nothing
// else: a lone HELP is no call for a person.
func onlyConsent(h Heard) bool {
	switch consent.Of(h.Text, h.Handled) {
	case consent.StopWord, consent.StopAsked, consent.StartWord, consent.HelpWord:
		return true
	default:
		return false
	}
}

// decides reports whether a wish opts out or in. A lone CANCEL opts out where a
// carrier takes it for STOP.
func decides(w consent.Wish, handled bool) bool {
	switch w {
	case consent.StopWord, consent.StopAsked, consent.StartWord:
		return true
	case consent.CancelWord:
		return handled
	default:
		return false
	}
}

// passOver lets what stands beside an opt-in or a HELP be answered in its
// place, and takes a START for an ordinary word from somebody who has not opted
// out where no carrier answers it.
func (t *talk) passOver() {
	switch {
	case t.wish == consent.StartWord && !t.in.OptedOut && !t.handled:
		t.d.OptIn, t.wish = true, consent.Nothing
	case !t.asks:
	case t.optsIn():
		t.rule("consent_start")
		t.d.OptIn, t.in.OptedOut, t.wish = true, false, consent.Nothing
	case t.wish == consent.HelpWord:
		t.wish = consent.Nothing
	}
}

func (t *talk) optsIn() bool {
	return t.wish == consent.StartWord || t.wish == consent.YesWord && t.in.OptedOut
}

// wants reports whether the messages hold intent i.
func (t *talk) wants(i understand.Intent) bool {
	for _, have := range t.intents {
		if have == i {
			return true
		}
	}
	return false
}

// orderIntents are the intents that need an order, the most telling first.
var orderIntents = []understand.Intent{
	understand.DeliveredNotReceived, understand.DamagedOrWrong, understand.CancelOrder, understand.ChangeAddress,
	understand.ChangeOrder, understand.RefundStatus, understand.RefundRequest, understand.ReturnExchange,
	understand.StalledOrLate, understand.TrackOrder,
}

// settleIntent picks what is wanted of an order: what is said now, or what was
// asked before and is only now complete.
func (t *talk) settleIntent() {
	for _, i := range orderIntents {
		if t.wants(i) {
			t.d.Intent = i
			t.d.State.Intent = string(i)
			return
		}
	}
	if t.deniesReceipt() {
		t.d.Intent = understand.DeliveredNotReceived
		t.d.State.Intent = string(t.d.Intent)
		return
	}
	if t.wants(understand.OtherStore) && t.newRef && !t.completes() {
		// "I was charged twice for order 1001": where it is, is no answer to that.
		t.d.Intent = understand.OtherStore
		t.d.State.Intent = string(t.d.Intent)
		return
	}
	t.d.Intent = understand.TrackOrder
	if before := understand.Intent(t.in.State.Intent); before != "" && t.completes() {
		t.d.Intent = before
	}
}

// completes reports whether the messages answer our question about an order,
// or wait for the store, so that what was asked before still holds.
func (t *talk) completes() bool {
	q := t.in.State.Asked
	return q == conversation.AskedOrder || q == conversation.AskedContact || q == conversation.AskedCode || t.in.State.Waiting != nil || t.queueDue()
}

// deniesReceipt reports whether "no" answers our "did you find it?".
func (t *talk) deniesReceipt() bool {
	return t.in.State.Asked == conversation.AskedReceipt && (t.wants(understand.Deny) || understand.NotHere(t.text))
}

// gives reports whether the messages bring a number or a contact.
func (t *talk) gives() bool {
	if t.newRef || t.granted || t.wants(understand.ProvideInfo) {
		return true
	}
	for _, h := range t.in.Heard {
		if len(h.Means.Entities) > 0 {
			return true
		}
	}
	return false
}

// aboutOrder reports whether the messages, or a question still waiting, are
// about one order.
func (t *talk) aboutOrder() bool {
	if t.due() || t.gives() || t.other || t.deniesReceipt() {
		return true
	}
	for _, i := range orderIntents {
		if t.wants(i) {
			return true
		}
	}
	// An upset customer, or one who asks for a person, gets the order into the
	// ticket if it is known.
	return t.ref != "" && (t.upsetBy != "" || t.wants(understand.HumanAgent) || t.wants(understand.Complaint))
}

// settled reports whether a rule that comes before the order will speak.
func (t *talk) settled() bool {
	in := t.in
	stop := t.wish == consent.StopWord || t.wish == consent.StopAsked || t.wish == consent.CancelWord || t.wish == consent.HelpWord
	return stop || in.OptedOut || in.HandOff || t.silenced() || t.forged() || (len(in.Heard) == 0 && !t.due())
}

func (t *talk) overLimit() bool {
	return t.in.Shop.Limits.RepliesPerHour > 0 && t.in.RepliesLastHour >= t.in.Shop.Limits.RepliesPerHour
}

// silenced reports whether the bot may say nothing, not even about consent:
// each answer costs, and a STOP and a START in turns would bring any number.
func (t *talk) silenced() bool { return t.countryClosed() || t.overLimit() }

func (t *talk) waitingDue() bool {
	w := t.in.State.Waiting
	return w != nil && !w.Next.After(t.in.Now)
}

// claimant is who asks, with what was typed in this conversation.
func (t *talk) claimant() verify.Claimant {
	c := verify.Claimant{
		Address:      t.in.Customer,
		Email:        t.d.State.Email,
		Phone:        t.d.State.Phone,
		ClaimsClosed: t.in.Shop.Claim == shop.ClaimDeny || t.claimsClosed(),
		Grant:        t.grant(),
		Format:       t.in.Shop.Orders,
	}
	if t.doubted() {
		c.Address, c.Email = message.Address{}, cmp.Or(c.Email, t.in.Customer.EmailAddress())
	}
	return c
}

// claimsClosed reports whether too many claims have failed. The present
// attempt is counted in, so the limit itself is still let through.
func (t *talk) claimsClosed() bool {
	if t.looked == nil {
		return false
	}
	l := t.in.Shop.Limits
	return t.looked.BySender > l.SenderFailures || t.looked.ByOrder > l.OrderFailures
}

func (t *talk) say(key string, f reply.Facts) { t.sayRanked(key, f, 0) }

func (t *talk) sayRanked(key string, f reply.Facts, rank int) {
	t.d.Parts = append(t.d.Parts, reply.Part{Key: key, Facts: f, Rank: rank})
}

func (t *talk) rule(name string) { t.d.Rules = append(t.d.Rules, name) }

func (t *talk) asked(q conversation.Question) { t.d.State.Asked = q }

// introduce puts the line that a machine answers before the first thing the
// customer hears, be it an answer or that a person takes over.
func (t *talk) introduce() {
	if t.in.State.Introduced || !t.in.Shop.Introduce || t.d.OptOut {
		return
	}
	intro := reply.Part{Key: "intro"}
	switch {
	case len(t.d.Parts) > 0:
		t.d.Parts = append([]reply.Part{intro}, t.d.Parts...)
	case t.d.HandOff != nil && len(t.d.HandOff.Told) > 0:
		t.d.HandOff.Told = append([]reply.Part{intro}, t.d.HandOff.Told...)
	default:
		return
	}
	t.d.State.Introduced = true
	t.rule("introduced")
}

package resolver

import (
	"crypto/hmac"
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"time"

	"wismo/core/conversation"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify"
)

const (
	// codeFor is how long a one-time code is good.
	codeFor = 10 * time.Minute
	// codeTries is how often it may be tried.
	codeTries = 3
	// codeKept is for how long after its end six digits are still taken for it.
	codeKept = time.Hour
)

// codeRE finds six digits on their own, not led by the "#" of an order number or
// by letters, and not part of an address or a longer number.
var codeRE = regexp.MustCompile(`(?:^|[^\pL\pN#@._+/-])(\d{6})(?:$|[^\pL\pN@_/-])`)

// splitCodeRE finds them in two groups, where there is no other digit.
var splitCodeRE = regexp.MustCompile(`^[^\d#+@]*(\d{3})[ -](\d{3})[^\d@]*$`)

// needsCode reports whether a claim needs a code on top.
func (t *talk) needsCode() bool { return t.in.Shop.Claim == shop.ClaimCode || t.doubted() }

// typed reports whether the customer has given a contact that may count. A
// sender's address that proves nothing by itself is one.
func (t *talk) typed() bool {
	return t.d.State.Email != "" || t.d.State.Phone != "" || t.doubted()
}

// heedCode finds the code in the messages, if one is awaited. Digits that are the
// order's own number, or are called another order's, are none.
func (t *talk) heedCode() {
	c := t.in.State.Code
	if c == nil {
		return
	}
	if !t.needsCode() || t.in.Now.Sub(c.Until) >= codeKept {
		t.d.State.Code = nil
		return
	}
	for _, h := range t.in.Heard {
		code := codeIn(h.Text)
		if f := t.in.Shop.Orders; code != "" && f.Canonical(code) != f.Canonical(c.Ref) && !calledOrder(h, code) {
			t.code = code
		}
	}
}

// calledOrder reports whether an order number of these digits has the word for
// an order just before it.
func calledOrder(h Heard, digits string) bool {
	for _, e := range h.Means.Entities {
		if e.Type != understand.OrderNumber || e.Text != digits || e.Start > len(h.Text) {
			continue
		}
		words := strings.Fields(strings.ToLower(h.Text[max(0, e.Start-30):e.Start]))
		for len(words) > 0 && slices.Contains(numberWords, strings.Trim(words[len(words)-1], ".:°º")) {
			words = words[:len(words)-1]
		}
		if len(words) > 0 && slices.Contains(orderWords, words[len(words)-1]) {
			return true
		}
	}
	return false
}

// The words for an order, and those for "number" behind them, in the languages
// of the wording.
var (
	orderWords  = []string{"order", "bestellung", "auftrag", "commande", "pedido", "ordine", "bestelling", "encomenda"}
	numberWords = []string{"number", "nummer", "nr", "no", "n", "numéro", "número", "numero"}
)

// codeIn returns the six digits of a text, empty if there are none.
func codeIn(text string) string {
	if m := codeRE.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if m := splitCodeRE.FindStringSubmatch(text); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// isCode reports whether an entity is the code that was just given.
func (t *talk) isCode(e understand.Entity) bool {
	return t.code != "" && strings.NewReplacer(" ", "", "-", "").Replace(e.Text) == t.code
}

// codeRef is the order for which a code was just given.
func (t *talk) codeRef() []string {
	if t.code == "" {
		return nil
	}
	return []string{t.in.State.Code.Ref}
}

// awaits reports whether a code for the order being talked about was sent, or
// seems to have been, and has not ended.
func (t *talk) awaits() bool {
	c, f := t.in.State.Code, t.in.Shop.Orders
	return c != nil && t.in.Now.Before(c.Until) && f.Canonical(c.Ref) == f.Canonical(t.ref)
}

// attempts reports whether reading the order counts as an attempt: it checks a
// contact or a code. While a code is awaited, talk that brings nothing new checks
// nothing.
func (t *talk) attempts(c verify.Claimant) bool {
	if !t.needsCode() {
		return c.Claims()
	}
	return c.Claims() && !t.promiseDue() && (t.code != "" || t.asksCode())
}

// asksCode reports whether a new code is to be sent.
func (t *talk) asksCode() bool { return !t.awaits() || t.newRef || t.contact }

// sendCode says that a code was sent and awaits it. It is sent if the contact
// that was typed is on the order, to the order's own e-mail address; else all is
// done alike, with a code that opens nothing.
func (t *talk) sendCode() {
	t.rule("code_sent")
	t.say("code_sent", reply.Facts{Ref: t.ref})
	t.asked(conversation.AskedCode)
	if !t.asksCode() {
		return
	}
	c := &conversation.Code{
		Ref: t.ref, Hash: hashCode(t.in.Salt, t.in.Digits), Salt: t.in.Salt, Until: t.in.Now.Add(codeFor), Attempts: t.counted(),
	}
	t.d.State.Code = c
	o, m := verify.Match(t.looked.Orders, t.claimant(), t.in.Shop.Region)
	to := t.mailOf(o)
	if m != verify.Claim || to == "" || len(t.in.Digits) != 6 || t.in.Salt == "" {
		return
	}
	c.OrderID = o.ID
	t.d.Code = &CodeToSend{
		OrderID: o.ID, To: to, Until: c.Until,
		Subject: reply.Part{Key: "code_subject"},
		Text:    reply.Part{Key: "code_mail", Facts: reply.Facts{Text: t.in.Digits}},
	}
}

// counted are the attempts counted for the order's code so far, the present one
// included.
func (t *talk) counted() []int64 {
	var list []int64
	if c, f := t.in.State.Code, t.in.Shop.Orders; c != nil && f.Canonical(c.Ref) == f.Canonical(t.ref) {
		list = append(list, c.Attempts...)
	}
	if t.looked.Attempt != 0 {
		list = append(list, t.looked.Attempt)
	}
	return list
}

// mailOf returns the first e-mail address of an order that is not the shop's own,
// empty if there is none.
func (t *talk) mailOf(o order.Order) string {
	own, _ := message.CanonicalEmail(t.in.Shop.SupportEmail)
	for _, raw := range o.Contacts.Emails {
		if v, ok := message.CanonicalEmail(raw); ok && v != own {
			return v
		}
	}
	return ""
}

// tryCode checks the code that was given, and reports whether that is all there
// is to say: it was wrong, or late. The right one verifies for its order.
func (t *talk) tryCode() bool {
	c := *t.in.State.Code
	switch {
	case t.claimsClosed():
		t.d.Strike = true
		return t.upset() || t.unproven()
	case !t.in.Now.Before(c.Until):
		t.d.Strike = true
		return t.codeOver("code_late")
	}
	right := hmac.Equal(hashCode(c.Salt, t.code), c.Hash)
	if right && c.OrderID != "" {
		t.rule("code_right")
		t.d.State.Code, t.d.Struck = nil, c.Attempts
		t.remember(c.OrderID, verify.Claim)
		return false
	}
	c.Attempts = t.counted()
	if c.Tries++; c.Tries >= codeTries {
		return t.codeOver("code_tried_out")
	}
	t.rule("code_wrong")
	t.d.State.Code = &c
	t.say("code_wrong", reply.Facts{Ref: t.ref})
	t.asked(conversation.AskedCode)
	return true
}

// codeOver says that a code is no longer good and that a new one can be had.
func (t *talk) codeOver(rule string) bool {
	t.rule(rule)
	t.d.State.Code = nil
	t.say("code_over", reply.Facts{Ref: t.ref})
	t.asked(conversation.AskedOrder)
	return true
}

// hashCode is what is kept of a code.
func hashCode(salt, code string) []byte {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(code))
	return mac.Sum(nil)
}

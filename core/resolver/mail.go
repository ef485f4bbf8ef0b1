package resolver

import (
	"cmp"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/core/verify"
)

// heedSender notes what the mail server made of the sender's address. The worst
// of several messages counts, and stands until the customer writes again.
func (t *talk) heedSender() {
	if len(t.in.Heard) == 0 {
		return
	}
	worst := message.SenderProven
	for _, h := range t.in.Heard {
		if h.Sender.Worse(worst) {
			worst = h.Sender
		}
	}
	t.d.State.Sender = worst
}

// forged reports whether nothing of an order may be told to the sender's address:
// the mail server says that it is not the sender's, or says nothing where the
// shop wants to be sure.
func (t *talk) forged() bool {
	switch t.d.State.Sender {
	case message.SenderFailed:
		return true
	case message.SenderUnknown:
		return t.in.Shop.Unauthenticated == shop.UnauthenticatedHandOff
	default:
		return false
	}
}

// doubted reports whether the sender's address proves nothing by itself, and a
// code must be sent to the order's own.
func (t *talk) doubted() bool {
	return t.d.State.Sender == message.SenderUnknown && t.in.Shop.Unauthenticated == shop.UnauthenticatedCode
}

// notTheSender gives a mail whose sender is not proven to a person. Nothing is
// written to the address: it may be somebody's who never wrote to us.
func (t *talk) notTheSender() bool {
	if !t.forged() {
		return false
	}
	return t.handOff(handoff.Unverified, "The mail server could not confirm that this mail comes from the address in its From line. Nothing about an order was told.",
		"Find out by another way whether the customer wrote this.", "")
}

// aboutSender is what the ticket says of a sender's address that is not proven.
func (t *talk) aboutSender() string {
	if t.d.State.Sender == message.SenderUnknown {
		return " The sender's address is not authenticated."
	}
	return ""
}

// maxHints is how many orders that only stand in a subject or in quoted text are
// looked at.
const maxHints = 3

// hints lists the orders that stand in the subject or in quoted text, where the
// customer has named none: each is looked at, and counts only if it alone is the
// sender's.
func (t *talk) hints() []string {
	if t.ref != "" || t.other || t.doubted() {
		return nil
	}
	var refs []string
	for _, h := range t.in.Heard {
		for _, ref := range h.Hints {
			refs = append(without(refs, ref), ref)
		}
	}
	return refs[:min(len(refs), maxHints)]
}

// takeHint takes the one order hinted at that is the sender's for the one that is
// meant. If none is, or several are, it is as if nothing had been hinted at. Where
// the store could not be read, the first hint stands until it can be.
func (t *talk) takeHint() {
	if t.ref != "" || t.looked == nil || t.looked.Hints == nil {
		return
	}
	hints := t.hints()
	if t.looked.Failed && t.looked.Fault != fault.NotFound && len(hints) > 0 {
		t.setHint(hints[0])
		return
	}
	found, at := order.Order{}, ""
	for _, ref := range hints {
		o, m := verify.Match(t.looked.Hints[ref], verify.Claimant{Address: t.in.Customer}, t.in.Shop.Region)
		if m != verify.Sender {
			continue
		}
		if at != "" && o.ID != found.ID {
			return
		}
		found, at = o, cmp.Or(at, ref)
	}
	if at == "" {
		return
	}
	t.rule("order_hinted_at")
	t.setHint(at)
	t.looked.Orders, t.looked.Failed = []order.Order{found}, false
}

func (t *talk) setHint(ref string) { t.ref, t.d.State.Ref = ref, ref }

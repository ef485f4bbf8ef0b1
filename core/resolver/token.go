package resolver

import (
	"slices"

	"wismo/core/conversation"
	"wismo/core/reply"
	"wismo/core/verify"
)

// heedTokens takes up what signed tokens grant. The last one that counts is
// remembered until it ends; one that does not is passed over beside it.
func (t *talk) heedTokens() {
	if g := t.d.State.Grant; g != nil && !g.Until.After(t.in.Now) {
		t.d.State.Grant = nil
	}
	bad := false
	for _, h := range t.in.Heard {
		bad = bad || h.Token.Bad
		if g := h.Token.Grant; !g.Empty() {
			t.d.State.Grant, t.granted = &g, true
		}
	}
	t.badToken = bad && !t.granted
}

// grant is what a token that has not ended grants, nothing if there is none.
func (t *talk) grant() verify.Grant {
	if t.d.State.Grant == nil {
		return verify.Grant{}
	}
	return *t.d.State.Grant
}

// grantedRef is the order that a token names which has just come.
func (t *talk) grantedRef() []string {
	if ref := t.grant().Order; t.granted && ref != "" {
		return []string{ref}
	}
	return nil
}

// known reports whether ref is one of refs, in whatever spelling.
func (t *talk) known(refs []string, ref string) bool {
	f := t.in.Shop.Orders
	return slices.ContainsFunc(refs, func(r string) bool { return f.Canonical(r) == f.Canonical(ref) })
}

// tokenBad says that a link is no longer good, and asks for the number that it
// stood for.
func (t *talk) tokenBad() bool {
	if !t.badToken {
		return false
	}
	t.say("token_bad", reply.Facts{})
	t.asked(conversation.AskedOrder)
	t.d.State.Misses = 0
	return true
}

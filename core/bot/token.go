package bot

import (
	"context"
	"errors"
	"time"

	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/resolver"
	"wismo/core/verify"
	"wismo/core/verify/token"
)

const (
	// maxTokens is how many tokens of one message are looked at.
	maxTokens = 4
	// spentFor is for how long after its end a spent token is remembered, as
	// replicas' clocks differ.
	spentFor = time.Hour
)

// tokens cuts the signed tokens out of a message and says what they grant: the
// last that counts, else that they are bad. The journal keeps the text as it
// came; what is understood and remembered of it has no token in it.
func (b *Bot) tokens(ctx context.Context, s Shop, conversationID int64, h journal.Heard, w *why) (string, resolver.Token, error) {
	text, list := cutTokens(h)
	var came resolver.Token
	for _, raw := range list {
		g, err := b.grant(ctx, s, conversationID, raw)
		why, refused := errors.AsType[token.Refusal](err)
		switch {
		case refused:
			came.Bad = true
			w.Tokens = append(w.Tokens, string(why))
			b.log.Info("token refused", "shop", s.Key, "conversation", conversationID, "reason", string(why))
		case err != nil:
			return "", came, err
		default:
			came.Grant = g
			w.Tokens = append(w.Tokens, "accepted")
		}
	}
	came.Bad = came.Bad && came.Grant.Empty()
	return text, came, nil
}

// cutTokens returns a message's text without tokens, and the first few tokens of
// text and channel.
func cutTokens(h journal.Heard) (text string, list []string) {
	text = h.Text
	for range maxTokens {
		raw, rest, found := token.Find(text)
		if !found {
			break
		}
		list, text = append(list, raw), rest
	}
	if raw := h.Extra[message.ExtraToken]; raw != "" {
		list = append(list, raw)
	}
	return token.Mask(text), list
}

// grant verifies one token. One that is good for a single conversation is spent
// here, before anything is made of it: a turn that is taken twice finds it spent
// by its own conversation.
func (b *Bot) grant(ctx context.Context, s Shop, conversationID int64, raw string) (verify.Grant, error) {
	c, err := s.Tokens.Verify(raw, b.now())
	if err != nil {
		return verify.Grant{}, err
	}
	until := c.Expires.Add(token.Leeway)
	if c.Once {
		ok, err := b.journal.Spend(ctx, s.Key+"/"+c.ID, conversationID, until.Add(spentFor))
		if err != nil {
			return verify.Grant{}, err
		}
		if !ok {
			return verify.Grant{}, token.Spent
		}
	}
	return verify.Grant{Order: c.Order, Email: c.Email, Phone: c.Phone, Until: until}, nil
}

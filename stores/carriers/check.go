package carriers

import (
	"context"
	"errors"

	"wismo/core/check"
	"wismo/core/fault"
)

// Check tries the key with a call that changes nothing and costs nothing: a list of one
// parcel, or what is left of the plan. It goes past the breaker, since whoever asks
// wants to know how it is now.
func (r *Reader) Check(ctx context.Context) []check.Finding {
	f := check.Finding{Name: r.client.op() + " key", Level: check.OK, Detail: "the service takes it"}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Budget)
	defer cancel()
	odd, cure, err := r.service.probe(ctx, r.client)
	switch {
	case err != nil:
		f.Level, f.Detail, f.Hint = check.Failed, err.Error(), "is the service up, and can this machine reach it?"
		if known, ok := errors.AsType[*fault.Error](err); ok && known.Hint != "" {
			plain := *known
			plain.Hint = ""
			f.Detail, f.Hint = plain.Error(), known.Hint
		}
	case odd != "":
		f.Level, f.Detail, f.Hint = check.Warning, odd, cure
	}
	return []check.Finding{f}
}

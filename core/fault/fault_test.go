package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"wismo/core/fault"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]struct {
		name  string
		again bool
	}{
		fault.Unknown: {"unknown", true}, fault.NotFound: {"not_found", false}, fault.Denied: {"denied", false}, fault.Throttled: {"throttled", true},
		fault.Unavailable: {"unavailable", true}, fault.Invalid: {"invalid", false}, fault.Permanent: {"permanent", false}, fault.Kind(200): {"unknown", false},
	} {
		if kind.String() != want.name || kind.Retryable() != want.again {
			t.Errorf("%s retryable %v, want %s, %v", kind, kind.Retryable(), want.name, want.again)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*fault.Error{
		"unknown": {},
		"denied":  {Kind: fault.Denied},
		"twilio send: permanent (opted_out): code 21610": {Kind: fault.Permanent, Reason: fault.OptedOut, Op: "twilio send", Err: errors.New("code 21610")},
		"shopify: denied: status 401; make a new token":  {Kind: fault.Denied, Op: "shopify", Err: errors.New("status 401"), Hint: "make a new token"},
		"x: invalid: 7 of 5":                             fault.New(fault.Invalid, "x", "%d of %d", 7, 5),
	} {
		if e.Error() != want {
			t.Errorf("%q, want %q", e.Error(), want)
		}
	}
}

// What an adapter has said of a failure is found however deep it is wrapped.
func TestFoundInChains(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	inner := &fault.Error{Kind: fault.Throttled, Reason: fault.Filtered, Until: at, Unclear: true, Err: io.ErrUnexpectedEOF}
	for name, err := range map[string]error{
		"itself": inner, "wrapped": fmt.Errorf("a: %w", fmt.Errorf("b: %w", inner)), "joined": errors.Join(errors.New("other"), inner),
	} {
		if fault.KindOf(err) != fault.Throttled || fault.ReasonOf(err) != fault.Filtered || !fault.Until(err).Equal(at) || !fault.Unclear(err) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v, %v, %v, %v", name, fault.KindOf(err), fault.ReasonOf(err), fault.Until(err), fault.Unclear(err))
		}
	}
	outer := &fault.Error{Kind: fault.Unavailable, Err: inner}
	if fault.KindOf(outer) != fault.Unavailable || !fault.Until(outer).IsZero() || fault.Unclear(outer) {
		t.Error("the outermost fault is the one that counts")
	}
	if e := fault.New(fault.Invalid, "x", "y: %w", context.Canceled); !errors.Is(e, context.Canceled) {
		t.Error("New does not wrap")
	}
}

// An error that nobody has translated may have done its work; none has not.
func TestUntranslated(t *testing.T) {
	t.Parallel()
	err := errors.New("odd")
	if fault.KindOf(err) != fault.Unknown || !fault.Unclear(err) || fault.ReasonOf(err) != "" || !fault.Until(err).IsZero() {
		t.Error("an untranslated error tells something")
	}
	if fault.Unclear(nil) || fault.KindOf(nil) != fault.Unknown {
		t.Error("no error tells something")
	}
}

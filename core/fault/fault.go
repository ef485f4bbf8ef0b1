// Package fault knows the ways in which a call to something outside can fail,
// and what each way asks of the caller: try again, tell the customer, give up.
//
// The set is closed on purpose. Adapters translate whatever their provider
// says into one Kind; the rest of the program decides by the Kind alone, so a
// new provider never needs a new branch elsewhere. The Kind is also the label
// that a failure carries in logs and metrics, so nothing personal can get in.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a failure means for whoever made the call.
type Kind uint8

// The closed set of kinds.
const (
	// Unknown is the zero Kind: an error that no adapter has translated. It is
	// treated like Unavailable, because trying again is the safe guess.
	Unknown Kind = iota
	// NotFound: the thing asked for is not there.
	NotFound
	// Denied: our credentials or permissions do not allow it. A person must
	// mend the configuration; trying again does not help soon.
	Denied
	// Throttled: too many calls; allowed again at Error.Until.
	Throttled
	// Unavailable: the other side is down, slow or unreachable for now.
	Unavailable
	// Invalid: the request itself is wrong and will stay wrong.
	Invalid
	// Permanent: the other side understood and refuses for good, for example a
	// number that does not exist or a recipient who opted out.
	Permanent
)

// String returns the kind's name as logs and metrics show it.
func (k Kind) String() string {
	switch k {
	case NotFound:
		return "not_found"
	case Denied:
		return "denied"
	case Throttled:
		return "throttled"
	case Unavailable:
		return "unavailable"
	case Invalid:
		return "invalid"
	case Permanent:
		return "permanent"
	default:
		return "unknown"
	}
}

// MarshalText is the name, so that logs show it.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Retryable reports whether the same call may succeed later with nothing
// changed on our side.
func (k Kind) Retryable() bool {
	return k == Unknown || k == Throttled || k == Unavailable
}

// Reason narrows a Kind where the bot acts on the difference. Reasons are
// fixed words, never text from outside.
type Reason string

// The reasons the bot acts on.
const (
	// OptedOut: the recipient has told the carrier or provider to stop us.
	OptedOut Reason = "opted_out"
	// NeedsTemplate: WhatsApp takes only an approved template now, because the
	// customer's last message is more than 24 hours old.
	NeedsTemplate Reason = "needs_template"
	// Unreachable: the handset or carrier cannot be reached now, perhaps later.
	Unreachable Reason = "unreachable"
	// BadRecipient: the number does not exist or cannot get this message.
	BadRecipient Reason = "bad_recipient"
	// Filtered: the carrier or provider judged the text unwanted.
	Filtered Reason = "filtered"
	// NotRegistered: the sending number is not registered for this traffic.
	NotRegistered Reason = "not_registered"
	// TooLong: the text is longer than the provider takes.
	TooLong Reason = "too_long"
	// RegionClosed: sending to this country is switched off in the account.
	RegionClosed Reason = "region_closed"
)

// Error is a failure with its Kind. Build one with New or Wrap.
type Error struct {
	// Kind says what to do about it.
	Kind Kind
	// Reason is a fixed word that narrows the Kind, or empty.
	Reason Reason
	// Op names the call that failed, such as "twilio send".
	Op string
	// Until is when a Throttled call may be repeated; zero if not said.
	Until time.Time
	// Unclear is true when the other side may have done the work although the
	// call failed (a timeout, a broken connection, a 5xx). A call that is not
	// repeatable must then be looked up before it is made again.
	Unclear bool
	// Hint tells a person how to mend it, or is empty.
	Hint string
	// Err is the cause. It must hold no personal data.
	Err error
}

// Error returns "op: kind (reason): cause".
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Reason != "" {
		s += " (" + string(e.Reason) + ")"
	}
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of kind k for the call op; format and args describe the
// cause and may wrap one with %w.
func New(k Kind, op, format string, args ...any) *Error {
	return &Error{Kind: k, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the Kind of err, Unknown if nothing in its chain has one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

// ReasonOf returns the Reason of err, empty if it has none.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// Unclear reports whether the failed call may have taken effect all the same.
// An error that no adapter has translated counts as unclear.
func Unclear(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Unclear
	}
	return err != nil
}

// Until returns when a throttled call may be repeated, zero if not said.
func Until(err error) time.Time {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Until
	}
	return time.Time{}
}

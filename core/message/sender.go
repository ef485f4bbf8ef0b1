package message

// Authentication is what the receiving mail server made of the address in a
// mail's From line.
type Authentication string

// The verdicts, from the best.
const (
	// SenderProven: it is the sender's. So it is on every channel whose provider
	// vouches for the number.
	SenderProven Authentication = ""
	// SenderUnknown: the server says nothing about it.
	SenderUnknown Authentication = "none"
	// SenderFailed: it is not, as far as the server can tell.
	SenderFailed Authentication = "fail"
)

// AuthenticationOf reads a verdict as it stands in Message.Extra: none or fail,
// else proven. A channel that leaves none vouches for its senders.
func AuthenticationOf(s string) Authentication {
	switch a := Authentication(s); a {
	case SenderUnknown, SenderFailed:
		return a
	default:
		return SenderProven
	}
}

// Worse reports whether a is less of a proof than b.
func (a Authentication) Worse(b Authentication) bool { return a.rank() > b.rank() }

func (a Authentication) rank() int {
	switch a {
	case SenderFailed:
		return 2
	case SenderUnknown:
		return 1
	default:
		return 0
	}
}

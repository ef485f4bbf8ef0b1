package submit

import (
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"

	"github.com/wneessen/go-mail"

	"wismo/core/fault"
)

// dialFault says what it means that no connection came about. Nothing was handed
// over. What the server or the library says in words is left out, but for the
// code: it may name the user.
func dialFault(err error) error {
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		kind := fault.Unavailable
		if said.Code >= 500 {
			kind = fault.Denied
		}
		return fault.New(kind, "mail sign-in", "the server answers %d", said.Code)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fault.New(fault.Denied, "mail sign-in", "the server's certificate is not to be trusted")
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fault.New(fault.Unavailable, "mail sign-in", "the server's name is not known")
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return fault.New(fault.Unavailable, "mail sign-in", "nobody answers at the server's name and port")
	}
	return fault.New(fault.Unavailable, "mail sign-in", "no encrypted connection, or no way to sign in, was found")
}

// sendFault says what it means that a mail was not taken. A connection that
// breaks while the text is under way leaves it open whether it was.
func sendFault(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return &fault.Error{Kind: fault.Unavailable, Op: "mail", Unclear: true}
	}
	f := fault.New(fault.Unavailable, "mail", "%s: the server answers %d", e.Reason, e.ErrorCode())
	switch {
	case e.ErrorCode() == 0:
		f.Unclear = e.Reason == mail.ErrSMTPDataClose || e.Reason == mail.ErrWriteContent
	case !e.IsTemp() && e.Reason == mail.ErrSMTPRcptTo:
		f.Kind, f.Reason = fault.Permanent, fault.BadRecipient
	case !e.IsTemp():
		f.Kind = fault.Permanent
	}
	return f
}

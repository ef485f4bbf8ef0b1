package httpstore

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
	"wismo/stores/ownorder"
)

// refused says what an answer other than 200 means. None is believed to say that
// there is no such order: nobody has signed it.
func (s *Store) refused(a *answer) error {
	status := fmt.Sprintf("(status %d)", a.StatusCode)
	switch code := a.StatusCode; {
	case code == http.StatusUnauthorized:
		return s.unauthorized(a)
	case code == http.StatusForbidden && word(a) == "":
		return mend(fault.Denied, "something before the platform refuses the request "+status, "let the host's firewall pass POST requests to "+ownorder.Path)
	case code == http.StatusForbidden:
		return s.unauthorized(a)
	case code == http.StatusNotFound, code == http.StatusGone, code == http.StatusMethodNotAllowed:
		return mend(fault.Denied, "the platform does not serve the contract there "+status, "serve POST "+ownorder.Path+" below store.url; is store.url right?")
	case code > 200 && code < 300:
		return mend(fault.Unavailable, "the platform answers without orders "+status, "the contract's answer has status 200, an empty list too")
	case code >= 300 && code < 400:
		return mend(fault.Denied, "the platform sends to another address "+status, "set store.url to the address that it sends to: signed requests follow nobody")
	case code == http.StatusPaymentRequired, code == http.StatusLocked:
		return mend(fault.Unavailable, "the platform is closed "+status, "ask who runs it: a bill, most likely")
	case code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooEarly && code != http.StatusTooManyRequests:
		return mend(fault.Invalid, "the platform does not understand the request "+status, "compare what it expects with stores/http/contract.v1.json")
	}
	return remote.FaultOf(op, a.Response, s.now())
}

// word is the contract's word for why a request was refused, empty if there is none.
func word(a *answer) string {
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(a.body, &body) != nil {
		return ""
	}
	return body.Error
}

func (s *Store) unauthorized(a *answer) error {
	apart, told := s.apart(a)
	switch w := word(a); {
	case w == "expired" && !told, w != "replayed" && apart.Abs() > ownorder.Skew:
		return mend(fault.Denied, "the clocks of both sides differ"+by(apart), "let both machines set their clocks by NTP; five minutes are allowed")
	case w == "expired":
		return mend(fault.Denied, "the platform takes the request for too old", "the timestamp is in seconds since 1970, in UTC; does something before the platform hold requests back?")
	case w == "unsigned":
		return mend(fault.Denied, "the signature did not reach the platform", "let proxies pass the headers that begin with Wismo-")
	case w == "replayed":
		return mend(fault.Denied, "the platform has seen the request before", "does something before the platform send requests twice?")
	}
	return mend(fault.Denied, "the platform does not take the signature (status 401)", "is store.secret the one that the platform has? does a proxy change path or body?")
}

// apart is how far the platform's clock is ahead of ours, if it tells its time.
func (s *Store) apart(a *answer) (d time.Duration, told bool) {
	theirs, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return theirs.Sub(s.now()), true
}

func by(apart time.Duration) string {
	if apart == 0 {
		return ""
	}
	return fmt.Sprintf(" by %d minutes", int(apart.Abs()/time.Minute))
}

package httpstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/stores/ownorder"
)

// answer is what the platform said, and to which request.
type answer struct {
	*http.Response
	id   string
	body []byte
}

// seal is by what a request is signed; Check forges some of it.
type seal struct {
	secret, id string
	at         time.Time
}

func (s *Store) seal() seal { return seal{s.cfg.Secret, rand.Text(), s.now()} }

// ask makes the request once and returns all orders of the answer.
func (s *Store) ask(ctx context.Context, asked ownorder.Asked) ([]order.Order, error) {
	a, err := s.exchange(ctx, asked, s.seal())
	if err != nil {
		return nil, err
	}
	return s.orders(a)
}

// exchange sends a request and reads the answer, whatever it is.
func (s *Store) exchange(ctx context.Context, asked ownorder.Asked, by seal) (*answer, error) {
	u, err := s.address()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, fault.New(fault.Invalid, op, "the request cannot be written")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, notAnAddress()
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	ownorder.Sign(req.Header, by.secret, req.Method, req.URL.EscapedPath(), body, by.id, by.at)
	res, err := s.http.Do(req)
	if err != nil {
		return nil, remote.FaultOfErr(op, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, remote.FaultOfErr(op, err)
	}
	return &answer{res, by.id, raw}, nil
}

// address is where the platform is asked; it refuses to ask in clear text.
func (s *Store) address() (*url.URL, error) {
	u, err := url.Parse(s.cfg.URL + ownorder.Path)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, notAnAddress()
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, mend(fault.Invalid, "store.url is not encrypted", "give store.url as https://…; without TLS only this machine itself is asked")
	case s.cfg.Secret == "":
		return nil, mend(fault.Invalid, "store.secret is empty", "draw a secret by chance (openssl rand -hex 32) and give it to both sides")
	}
	return u, nil
}

func notAnAddress() error {
	return mend(fault.Invalid, "store.url is no address", "give store.url as https://host/folder, without user, query or fragment")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// orders reads an answer that must be genuine.
func (s *Store) orders(a *answer) ([]order.Order, error) {
	if a.StatusCode != http.StatusOK {
		return nil, s.refused(a)
	}
	switch err := ownorder.VerifyAnswer(a.Header, s.cfg.Secret, a.id, a.StatusCode, a.body); {
	case errors.Is(err, ownorder.ErrUnsigned) && !json.Valid(a.body):
		return nil, mend(fault.Unavailable, "the address answers with a page in place of orders", "is store.url the address below which the contract is served?")
	case errors.Is(err, ownorder.ErrUnsigned):
		return nil, mend(fault.Denied, "the answer is not signed", "let the platform sign its answers ("+ownorder.HeaderSignature+"); does a proxy take the header away?")
	case err != nil:
		return nil, mend(fault.Denied, "the answer's signature is not right", "is store.secret the one that the platform has? does a proxy change the answer?")
	}
	var body struct{ Orders *[]json.RawMessage }
	if json.Unmarshal(a.body, &body) != nil || body.Orders == nil {
		return nil, mend(fault.Unavailable, "the answer holds no list of orders", `the contract's answer is {"orders":[…]}, with an empty list for none`)
	}
	var list []order.Order
	for _, raw := range *body.Orders {
		o, err := ownorder.Read(raw, s.now())
		if err != nil {
			return nil, mend(fault.Unavailable, "an order in the answer cannot be read", "the contract's orders are JSON objects with a name")
		}
		list = append(list, o)
	}
	return list, nil
}

func mend(kind fault.Kind, what, hint string) *fault.Error {
	return &fault.Error{Kind: kind, Op: op, Err: errors.New(what), Hint: hint}
}

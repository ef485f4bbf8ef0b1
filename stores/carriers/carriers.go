// Package carriers knows how parcels' ways are read from services that ask many
// carriers: EasyPost, AfterShip and 17TRACK, and how their words map onto ours.
//
// A parcel is read at the moment of the question and nothing of it is kept. The
// services answer only for numbers that were registered with them, so a number
// that is heard of for the first time is registered on the way; no webhook is
// needed. They are told the number and, where their code for it is certain, the
// carrier: nothing of the order or of the customer.
//
// All of it is an extra to what the store knows, so it must cost little: one
// question has a budget, a service that fails again and again is left alone for a
// while, and what a service asks us to wait is waited.
//
// Sources: docs.easypost.com (trackers, errors, authentication);
// www.aftership.com/docs/tracking/2026-07 (trackings, delivery statuses and
// sub-statuses, rate limit); asset.17track.net/api/document/v2.4_en and
// help.17track.net (error codes, statuses and sub-statuses).
package carriers

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
)

// Reader reads parcels' ways from one service. It implements order.Tracker and is
// safe for concurrent use.
type Reader struct {
	cfg     Config
	client  *client
	service service
	breaker *breaker
}

var _ order.Tracker = (*Reader)(nil)

// service is what one vendor does in its own way.
type service interface {
	// base is the vendor's own address.
	base() string
	// sign puts the key into a request.
	sign(r *http.Request, key string)
	// refused says what a refusal means, nil if its status says all.
	refused(status int, raw []byte) error
	// hint says where a key comes from.
	hint() string
	// code is what the vendor calls a carrier, empty if that is not certain.
	code(company string) string
	// track reads a parcel, and registers it if need be. With code, it is that
	// carrier's.
	track(ctx context.Context, c *client, number, code string) (order.Movement, error)
	// probe makes the cheapest call that changes nothing and tells what is odd.
	probe(ctx context.Context, c *client) (odd, cure string, err error)
}

// numberRE is what a tracking number may be made of; 17TRACK takes no others
// (OpenAPI, RegisterRequest; hyphens since v2), and nothing else may get into
// requests.
var numberRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{4,49}$`)

// Track implements order.Tracker. Beside the kinds named there, its error is
// fault.Denied for a key or an address that must be mended, fault.Permanent when
// the service refuses for good (the plan's quota is used up, the carrier wants to
// know more than a number), and fault.Unavailable for the rest, also when the
// service is being left alone.
func (r *Reader) Track(ctx context.Context, p order.Parcel) (order.Movement, error) {
	if !numberRE.MatchString(p.Number) {
		return order.Movement{}, r.client.notFound()
	}
	turn, ok := r.breaker.enter()
	if !ok {
		return order.Movement{}, fault.New(fault.Unavailable, r.client.op(), "left alone for a while, after it failed again and again")
	}
	m, err := remote.Read(ctx, r.client.op(), r.cfg.Budget, func(ctx context.Context) (order.Movement, error) {
		return r.ask(ctx, p)
	})
	turn.leave(outcomeOf(ctx, err))
	return m, err
}

// ask reads a parcel. Stores call carriers by names that customers understand, not
// always by those of the carrier's company that has the parcel: when the service
// does not take the number for that carrier, it may find its own.
func (r *Reader) ask(ctx context.Context, p order.Parcel) (order.Movement, error) {
	code := r.service.code(p.Company)
	m, err := r.service.track(ctx, r.client, p.Number, code)
	if kind := fault.KindOf(err); code != "" && (kind == fault.NotFound || kind == fault.Invalid) {
		return r.service.track(ctx, r.client, p.Number, "")
	}
	return m, err
}

// outcomeOf says what a call tells of the service's health. A question that was
// taken back tells nothing, nor does a call that was never made.
func outcomeOf(ctx context.Context, err error) outcome {
	switch kind := fault.KindOf(err); {
	case err == nil, kind == fault.NotFound, kind == fault.Invalid, kind == fault.Permanent:
		return alive
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errHeld):
		return undecided
	}
	return failed
}

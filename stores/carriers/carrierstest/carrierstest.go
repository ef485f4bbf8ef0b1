// Package carrierstest plays the services that ask carriers where parcels are:
// EasyPost, AfterShip and 17TRACK, as far as package carriers talks to them. Each
// judges every request by the vendor's contract, knows only what was registered with
// it, and misbehaves on demand.
//
// Numbers and places are made up. The answers have the shapes of the vendors' samples,
// which the tests of package carriers hold them against.
package carrierstest

import (
	"net/http"
	"sync"
	"time"

	"wismo/stores/carriers"
)

// Key is the one that a service takes.
const Key = "key-for-tests-5a4d"

// State is how far a parcel has come.
type State string

// The states.
const (
	Fresh          State = "fresh"            // nothing was heard of it
	Label          State = "label"            // its label was printed
	InTransit      State = "in transit"       // it is under way
	OutForDelivery State = "out for delivery" // it is in the van
	Delivered      State = "delivered"        // it is there
	Exception      State = "exception"        // it cannot be delivered
	Returned       State = "returned"         // it goes back to the shop
	NoNumber       State = "no number"        // no carrier has such numbers
)

// Parcel is one that a service can ask about.
type Parcel struct {
	Number string
	State  State
	// Registered is true if the service is asked about it already.
	Registered bool
	// Carrier is the vendor's code of the carrier that has it, if the service must
	// be told no other; empty if any will do.
	Carrier string
}

// Config describes a service.
type Config struct {
	// Kind of service.
	Kind carriers.Kind
	// Parcels that it can ask about. Others are no numbers.
	Parcels []Parcel
	// Now is the clock by which the parcels' ways are dated, nil for the real one.
	Now func() time.Time
	// Validate, if set, judges every request's body too. An error is answered with
	// 400 and kept for Violations.
	Validate func(path string, body []byte) error
}

// Service is the local stand-in: an http.Handler, safe for concurrent use.
type Service struct {
	cfg   Config
	serve func(r *http.Request, body []byte) (status int, answer any, err error)

	mu         sync.Mutex
	parcels    map[string]*Parcel
	asked      []string
	violations []error
	answer     http.HandlerFunc
	header     http.Header
}

// New returns a service, nil if there is none of that kind.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{cfg: cfg, parcels: map[string]*Parcel{}, header: http.Header{}}
	for _, p := range cfg.Parcels {
		s.parcels[p.Number] = &p
	}
	switch cfg.Kind {
	case carriers.EasyPost:
		s.serve = s.easypost
	case carriers.AfterShip:
		s.serve = s.aftership
	case carriers.SeventeenTrack:
		s.serve = s.seventeen
	default:
		return nil
	}
	return s
}

// Asked lists the requests so far, as "POST /v2/trackers".
func (s *Service) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// Registered counts the parcels that are registered.
func (s *Service) Registered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, p := range s.parcels {
		if p.Registered {
			n++
		}
	}
	return n
}

// Violations are what was wrong with requests.
func (s *Service) Violations() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error(nil), s.violations...)
}

// Answer lets everything be answered so from now on; nil for as it should be.
func (s *Service) Answer(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = h
}

// Header sets a header of all answers from now on.
func (s *Service) Header(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header.Set(name, value)
}

// find returns a parcel that can be asked about, nil if it is no number or another
// carrier's.
func (s *Service) find(number, carrier string) *Parcel {
	p := s.parcels[number]
	if p == nil || p.State == NoNumber || carrier != "" && p.Carrier != "" && carrier != p.Carrier {
		return nil
	}
	return p
}

// Package shop knows what one merchant has settled: names, languages, order
// numbers, opening hours, policies, limits. Plain values, filled from the
// configuration; nothing here reads a file or a clock.
package shop

import (
	"slices"
	"strings"
	"time"

	"wismo/core/message"
)

// Shop is one merchant brand.
type Shop struct {
	// Key names the shop in configuration, journal and logs.
	Key string
	// Name is what customers know it as.
	Name string
	// Language is the default language of replies, such as "en".
	Language string
	// Languages are those in which customers are answered beside it.
	Languages []string
	// Location is the time zone in which dates are told.
	Location *time.Location
	// Region is the ISO 3166 country in which phone numbers without a country
	// code are read.
	Region string
	// Countries are the calling regions the bot answers by phone channels;
	// empty means any. It bounds what SMS pumping can cost.
	Countries []string
	// Orders is how order numbers look.
	Orders OrderFormat
	// Claim is what a typed e-mail or phone is worth.
	Claim ClaimPolicy
	// WithoutNumber answers whoever gives no order number about the open orders on
	// which their own address stands.
	WithoutNumber bool
	// Unauthenticated is what is done about a mail whose sender the mail server
	// does not confirm.
	Unauthenticated UnauthenticatedPolicy
	// Limits bound failures and replies.
	Limits Limits
	// Stalled holds the thresholds past which a parcel needs a person.
	Stalled Stalled
	// Calendar says on which days the shop works.
	Calendar Calendar
	// StoreDownAfter is how long the store may be unreadable before a waiting
	// question is handed off.
	StoreDownAfter time.Duration
	// TicketMailedAfter is how long a help desk may be unreachable before a ticket goes
	// to the support mailbox as well.
	TicketMailedAfter time.Duration
	// QuietAfter is how long a conversation must be silent before the next
	// message starts a new one.
	QuietAfter time.Duration
	// AnswerWithin tells customers when a person answers, as a phrase that
	// completes "A colleague will answer you": "within one working day".
	AnswerWithin Texts
	// OpeningHours are when people answer: "Mon to Fri, 9 to 17".
	OpeningHours Texts
	// ReturnPortal is the shop's page for returns, empty if none.
	ReturnPortal string
	// ShippingPolicy and ReturnPolicy are one or two sentences each, empty if
	// the shop gave none.
	ShippingPolicy, ReturnPolicy Texts
	// DeliveryTimes tell by ISO country how long a parcel is on its way there, as
	// a phrase that completes "Delivery then takes": "two to four working days".
	DeliveryTimes map[string]Texts
	// Wording holds the shop's own texts, by language and key of the catalogue.
	Wording map[string]map[string]string
	// SupportEmail is where a person can be reached, empty if none.
	SupportEmail string
	// HandlingDays is within how many working days the shop promises to ship.
	HandlingDays int
	// Introduce says whether the first reply tells that a machine answers.
	Introduce bool
}

// Texts is what a shop says in its own words, by language; under "" stands what
// it says in all others.
type Texts map[string]string

// In returns the text in a language, empty if there is none.
func (t Texts) In(language string) string {
	if s, ok := t[language]; ok {
		return s
	}
	return t[""]
}

// Answers reports whether the bot answers an address: phones of countries that
// the shop does not serve get nothing, for numbers that earn by being texted
// are why (SMS pumping).
func (s Shop) Answers(a message.Address) bool {
	phone := a.Phone()
	return phone == "" || len(s.Countries) == 0 || slices.Contains(s.Countries, message.RegionOf(phone))
}

// Speaks returns the language in which to answer a customer who writes in the
// given one: that one if the shop offers it, else the shop's own.
func (s Shop) Speaks(language string) string {
	for _, l := range s.Languages {
		if l == language {
			return language
		}
	}
	return s.Language
}

// ClaimPolicy is what a shop makes of a typed e-mail or phone number.
type ClaimPolicy string

// The claim policies.
const (
	ClaimAllow ClaimPolicy = "allow" // it verifies
	ClaimCode  ClaimPolicy = "code"  // it verifies with a code sent to the order's e-mail on top
	ClaimDeny  ClaimPolicy = "deny"  // it never verifies
)

// UnauthenticatedPolicy is what a shop makes of a mail about whose sender the
// receiving server says nothing. Where it says that the address is not the
// sender's, no order data is sent whatever the policy.
type UnauthenticatedPolicy string

// The policies.
const (
	UnauthenticatedAnswer  UnauthenticatedPolicy = "answer"  // the reply reaches only the address on the order
	UnauthenticatedCode    UnauthenticatedPolicy = "code"    // a code to the order's e-mail is asked for
	UnauthenticatedHandOff UnauthenticatedPolicy = "handoff" // a person looks at it
)

// Limits bound what one sender may do.
type Limits struct {
	// SenderFailures per hour after which claims are closed for a sender.
	SenderFailures int
	// OrderFailures per day after which claims are closed for an order.
	OrderFailures int
	// RepliesPerHour to one conversation; then silence and one hand-off.
	RepliesPerHour int
}

// OrderFormat is how a shop's order names are built: "#" + digits by default.
type OrderFormat struct {
	// Prefix and Suffix stand before and after the number: "#", "EN", "-A".
	Prefix, Suffix string
	// MinDigits and MaxDigits bound the number's length.
	MinDigits, MaxDigits int
}

// Defaults returns a shop with every setting that has a default.
func Defaults() Shop {
	return Shop{
		Language: "en",
		Location: time.UTC,
		Region:   "US",
		Orders:   OrderFormat{Prefix: "#", MinDigits: 3, MaxDigits: 10},
		Claim:    ClaimAllow,

		Unauthenticated:   UnauthenticatedAnswer,
		Limits:            Limits{SenderFailures: 5, OrderFailures: 10, RepliesPerHour: 20},
		Stalled:           Stalled{Thresholds: Thresholds{NeverScanned: 3, NoMovement: 5 * 24 * time.Hour, Unheard: 10 * 24 * time.Hour, PastEstimate: 2 * 24 * time.Hour}},
		StoreDownAfter:    15 * time.Minute,
		TicketMailedAfter: 30 * time.Minute,
		QuietAfter:        7 * 24 * time.Hour,
		HandlingDays:      3,
		Introduce:         true,
	}
}

// Canonical brings what a customer typed into the one spelling under which
// an order's failures are counted and its names compared: upper case, no
// spaces, no "#", without the shop's own prefix and suffix.
func (f OrderFormat) Canonical(ref string) string {
	s := strings.TrimPrefix(squeeze(ref), "#")
	prefix := strings.TrimPrefix(squeeze(f.Prefix), "#")
	suffix := squeeze(f.Suffix)
	if core := strings.TrimPrefix(s, prefix); core != "" {
		s = core
	}
	if core := strings.TrimSuffix(s, suffix); core != "" {
		s = core
	}
	return s
}

// squeeze is s in upper case without spaces.
func squeeze(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

// Names returns the full order names that ref may stand for, as the store
// holds them, most likely first: digits alone get prefix and suffix, anything
// else is also tried as typed.
func (f OrderFormat) Names(ref string) []string {
	core := f.Canonical(ref)
	if core == "" {
		return nil
	}
	full := f.Prefix + core + f.Suffix
	typed := squeeze(ref)
	if strings.EqualFold(typed, full) {
		return []string{full}
	}
	return []string{full, typed}
}

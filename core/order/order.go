// Package order knows what a shop has sold and where it is: orders, line
// items, fulfillments, tracking and its events, named as in Shopify's Admin
// API, which every other store is mapped onto; and the port that a store's
// adapter implements.
package order

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// Order is one order as read from a store just now. It is never kept between
// questions. Logging one shows nothing of it.
type Order struct {
	// ID is the store's own key, opaque and unique within the store.
	ID string
	// Name is what the customer sees, prefix and suffix included: "#1001-A".
	Name string
	// ConfirmationNumber is the random code some stores print beside the name.
	ConfirmationNumber string
	// CreatedAt is when it was placed.
	CreatedAt time.Time
	// CancelledAt is when it was cancelled, zero if it was not.
	CancelledAt time.Time
	// Financial and Returns are order-wide states.
	Financial Financial
	Returns   ReturnState
	// OnHold lists why parts of it are held back; empty if none is.
	OnHold []Hold
	// Contacts are whom it belongs to, for verification only.
	Contacts Contacts
	// Items are the lines that were bought.
	Items []LineItem
	// Fulfillments are the parcels sent so far, oldest first.
	Fulfillments []Fulfillment
	// FulfillBy is the store's own promise of when what is not shipped yet
	// will be; zero if it made none.
	FulfillBy time.Time
	// Method is how it reaches the customer.
	Method Method
	// Locale is the customer's language tag as the store knows it, or empty.
	Locale string
	// StatusURL is the store's own page about the order, empty if there is none. It
	// shows more than customers may be told: it is for agents.
	StatusURL string
	// Notes are what the shop has written to the customer about it, newest first, for
	// agents: what stands in them is not known.
	Notes []Note
	// Refunds that were made.
	Refunds []Refund
	// Unread names parts that could not be read, or not wholly, so that their
	// absence is not taken for a fact: UnreadItems and the like, or a part for
	// which the store wants a scope that is missing.
	Unread []string
	// ReadAt is when it was read.
	ReadAt time.Time
}

// Parts of an order that may be unread in any store.
const (
	// UnreadItems: there are more lines than Items.
	UnreadItems = "items"
	// UnreadFulfillments: there are more parcels than Fulfillments.
	UnreadFulfillments = "fulfillments"
	// UnreadContacts: the store refuses some of the contacts.
	UnreadContacts = "contacts"
)

// Lacks reports whether a part could not be read, or not wholly.
func (o Order) Lacks(part string) bool { return slices.Contains(o.Unread, part) }

// LogValue keeps orders out of logs.
func (Order) LogValue() slog.Value { return slog.StringValue("order") }

// String keeps orders out of formatted errors.
func (Order) String() string { return "order" }

// Contacts are the addresses on an order, its customer and its shipping and
// billing addresses, as the store gives them.
type Contacts struct {
	Emails []string
	Phones []string
	// Region is the ISO 3166 country of the shipping address, in which phones
	// without a country code are read; empty if unknown.
	Region string
	// Hidden is true when the store showed no phone and no e-mail at all: it
	// may be hiding them, which is not the same as there being none.
	Hidden bool
}

// Financial is what became of the payment.
type Financial string

// The financial states.
const (
	Paid              Financial = "paid"
	PaymentPending    Financial = "pending"
	PartiallyRefunded Financial = "partially_refunded"
	Refunded          Financial = "refunded"
	Voided            Financial = "voided"
	FinancialUnknown  Financial = ""
)

// ReturnState is what became of a return.
type ReturnState string

// The return states.
const (
	NoReturn         ReturnState = ""
	ReturnRequested  ReturnState = "requested"
	ReturnInProgress ReturnState = "in_progress"
	Returned         ReturnState = "returned"
)

// Hold is a reason for which the shop holds an order back.
type Hold string

// The holds.
const (
	HoldFraud       Hold = "fraud"
	HoldAddress     Hold = "address"
	HoldPayment     Hold = "payment"
	HoldInventory   Hold = "inventory"
	HoldUnspecified Hold = "other"
)

// Method is how an order reaches the customer.
type Method string

// The methods.
const (
	Shipping      Method = "shipping"
	Pickup        Method = "pickup"
	LocalDelivery Method = "local"
	NoDelivery    Method = "none" // nothing to deliver: digital goods
)

// LineItem is one line of an order.
type LineItem struct {
	ID    string
	Title string
	// Quantity bought, less what was removed since.
	Quantity int
	// Unfulfilled is how many of them are not shipped yet.
	Unfulfilled int
	// RequiresShipping is false for digital goods.
	RequiresShipping bool
}

// Fulfillment is one parcel.
type Fulfillment struct {
	ID string
	// Status as carrier and store tell it.
	Status FulfillmentStatus
	// RawStatus is the store's own word for it.
	RawStatus string
	// CreatedAt is when the store made it, often when the label was printed.
	CreatedAt time.Time
	// EstimatedAt is when it should arrive, as carrier or store says; zero if
	// neither does.
	EstimatedAt time.Time
	// DeliveredAt is when the carrier delivered it, zero if unknown.
	DeliveredAt time.Time
	// Tracking numbers of the parcel.
	Tracking []TrackingInfo
	// Events from the carrier, newest first.
	Events []TrackingEvent
	// Items in it.
	Items []LineItem
}

// FulfillmentStatus is how far a parcel has come.
type FulfillmentStatus string

// The fulfillment statuses. A value that an adapter does not know becomes
// StatusUnknown with RawStatus kept.
const (
	LabelCreated      FulfillmentStatus = "label_created"    // not yet seen by the carrier
	Shipped           FulfillmentStatus = "shipped"          // marked as sent, nothing heard from the carrier
	InTransit         FulfillmentStatus = "in_transit"       //
	OutForDelivery    FulfillmentStatus = "out_for_delivery" //
	AttemptedDelivery FulfillmentStatus = "attempted"        // tried, nobody there
	ReadyForPickup    FulfillmentStatus = "ready_for_pickup" // waits at a shop or a locker
	PickedUp          FulfillmentStatus = "picked_up"        // fetched by the customer
	Delivered         FulfillmentStatus = "delivered"        //
	Delayed           FulfillmentStatus = "delayed"          // the carrier says it is late
	NotDelivered      FulfillmentStatus = "not_delivered"    // the carrier gave up
	Failure           FulfillmentStatus = "failure"          // lost, damaged, address unknown
	Returning         FulfillmentStatus = "return_to_sender" // on its way back
	Cancelled         FulfillmentStatus = "cancelled"        // label voided
	StatusUnknown     FulfillmentStatus = "unknown"          //
)

// TrackingInfo is how to follow a parcel.
type TrackingInfo struct {
	// Company is the carrier's name as the store has it.
	Company string
	Number  string
	// URL of the carrier's page, empty if the store has none.
	URL string
}

// TrackingEvent is one scan or notice of the carrier.
type TrackingEvent struct {
	Status FulfillmentStatus
	At     time.Time
	// Place is a city or a country, never a street.
	Place string
	// Message is the carrier's own words.
	Message string
	// EstimatedAt is when the carrier now expects to deliver, zero if not said.
	EstimatedAt time.Time
}

// Note is what the shop has written to the customer.
type Note struct {
	At   time.Time
	Text string
}

// Refund is money given back.
type Refund struct {
	At time.Time
	// Amount with its currency, as the store writes it: "12.50 EUR".
	Amount string
}

// Ref is what a customer gave to name an order.
type Ref struct {
	// Text as the customer wrote it, cleaned of spaces: "1001", "#1001",
	// "EN1001", or a confirmation number.
	Text string
	// Asked is when the customer asked: a store that allows only so much goes by
	// it, first come, first served. Zero is now.
	Asked time.Time
}

// Contact is whom orders are looked for: either is empty if it is not known.
type Contact struct {
	// Email and Phone, canonical.
	Email, Phone string
	// Asked is as in Ref.
	Asked time.Time
}

// Recent is a Store that also finds the orders of somebody who gives no number.
type Recent interface {
	// Recent returns the newest orders that may be of who, newest first, MaxRecent
	// at most; cancelled ones too. A platform may find near contacts, or miss a
	// phone that is written in an odd way: the caller compares. None is a
	// fault.NotFound, other errors are as Store.Find's.
	Recent(ctx context.Context, who Contact) ([]Order, error)
}

// MaxRecent is how many orders Recent returns at most.
const MaxRecent = 4

// Store is the port to the platform that holds a shop's orders.
type Store interface {
	// Find returns every order whose name or confirmation number is exactly
	// ref, given the shop's prefix and suffix: nearly always one. None is a
	// fault.NotFound. Other errors are *fault.Error too; fault.Unavailable
	// after the store's own time budget.
	Find(ctx context.Context, ref Ref) ([]Order, error)
}

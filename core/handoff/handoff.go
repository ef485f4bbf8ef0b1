// Package handoff knows when a person must take over and what they are given:
// the reasons, the ticket, and the port that a help desk's adapter implements.
package handoff

import (
	"time"

	"wismo/core/conversation"
	"wismo/core/message"
)

// Reason is why a conversation is given to a person.
type Reason string

// The reasons.
const (
	DeliveredNotReceived Reason = "delivered_not_received"
	StalledParcel        Reason = "stalled"
	UnusualState         Reason = "unusual_state"
	Upset                Reason = "upset"
	Asked                Reason = "asked"
	Request              Reason = "request"
	Unverified           Reason = "unverified"
	NotUnderstood        Reason = "not_understood"
	StoreDown            Reason = "store_down"
	ReplyFailed          Reason = "reply_failed"
	// ByHand is a conversation that a person took by answering from the mailbox
	// itself; nothing is opened at a desk.
	ByHand Reason = "by_hand"
)

// Priority orders tickets for agents.
type Priority string

// The priorities.
const (
	Urgent Priority = "urgent"
	High   Priority = "high"
	Normal Priority = "normal"
)

// PriorityOf returns the priority of a reason.
func PriorityOf(r Reason) Priority {
	switch r {
	case Upset, DeliveredNotReceived:
		return High
	case ReplyFailed, StoreDown:
		return High
	default:
		return Normal
	}
}

// Case is what the bot knows at the moment it decides to hand off. It is
// written down with the decision; the Ticket is made of it when it is opened.
type Case struct {
	Reason   Reason   `json:"reason"`
	Priority Priority `json:"priority"`
	// Detail says in one sentence what happened, for the agent.
	Detail string `json:"detail"`
	// NextStep suggests what the agent may do.
	NextStep string `json:"next_step,omitempty"`
	// Verified is the method of verification, empty if the customer is not.
	Verified string `json:"verified,omitempty"`
	// Ref is the order as the customer named it, empty if they did not.
	Ref string `json:"ref,omitempty"`
	// Order is what the store said, line by line; empty if it was not read.
	Order []Fact `json:"order,omitempty"`
	// Told is the text by which the customer learns that a person takes over.
	// It is sent when the ticket is open, never before; empty if nothing is.
	Told string `json:"told,omitempty"`
}

// Fact is one line of an order for the agent's eyes.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Ticket is a hand-off as it is given to a help desk.
type Ticket struct {
	// ID is the hand-off's id, the key under which a desk may hold it once.
	ID int64
	// Shop and Channel it came by.
	Shop    string
	Channel message.Channel
	// Customer is the address the customer writes from, Ours the shop's.
	Customer, Ours message.Address
	// ConversationID is the conversation it is about.
	ConversationID int64
	// Subject is one line.
	Subject string
	// Case is what the bot knew.
	Case Case
	// Transcript of the whole conversation, oldest first.
	Transcript []conversation.Line
	// CreatedAt is when the bot decided.
	CreatedAt time.Time
	// Key is unique among all tickets of all deployments that share a desk:
	// "wismo-acme-17". By it a desk holds the ticket once.
	Key string
	// Person is the customer.
	Person Person
	// Body is what agents read first; Files are the transcript and what the customer
	// has sent.
	Body  Document
	Files []File
	// Tags and Group, as the shop has them at its desk; Group is empty for none.
	Tags  []string
	Group string
	// Again says that an earlier attempt may have made it.
	Again bool
}

// SubjectOf returns the one line by which agents see what a ticket is about.
func SubjectOf(c Case, channel message.Channel) string {
	s := map[Reason]string{
		DeliveredNotReceived: "Delivered but not received",
		StalledParcel:        "Parcel does not move",
		UnusualState:         "Order needs a look",
		Upset:                "Upset customer",
		Asked:                "Customer asks for a person",
		Request:              "Request",
		Unverified:           "Customer could not be verified",
		NotUnderstood:        "Not understood",
		StoreDown:            "Store could not be read",
		ReplyFailed:          "Reply could not be delivered",
		ByHand:               "Answered from the mailbox",
	}[c.Reason]
	if c.Ref != "" {
		s += ": order " + c.Ref
	}
	return s + " (" + string(channel) + ")"
}

package reply

import (
	"strconv"
	"time"
)

// calendar is how a language writes a day: CLDR 47's abbreviated names
// (stand-alone form, without the points that would run into a sentence's own)
// and its pattern for weekday, day and month.
type calendar struct {
	days   [7]string // from Sunday
	months [12]string
	// between stands between weekday and day, behind the day, and before a year.
	between, after, year string
}

// calendarOf returns a language's calendar, English for one that is not known.
func calendarOf(language string) calendar {
	switch language {
	case "de":
		return calendar{
			[7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
			[12]string{"Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dez"},
			" ", ". ", " ",
		}
	case "fr":
		return calendar{
			[7]string{"dim", "lun", "mar", "mer", "jeu", "ven", "sam"},
			[12]string{"janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"},
			" ", " ", " ",
		}
	case "es":
		return calendar{
			[7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
			[12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
			" ", " ", " de ",
		}
	case "it":
		return calendar{
			[7]string{"dom", "lun", "mar", "mer", "gio", "ven", "sab"},
			[12]string{"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"},
			" ", " ", " ",
		}
	case "nl":
		return calendar{
			[7]string{"zo", "ma", "di", "wo", "do", "vr", "za"},
			[12]string{"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"},
			" ", " ", " ",
		}
	case "pt":
		return calendar{
			[7]string{"dom", "seg", "ter", "qua", "qui", "sex", "sáb"},
			[12]string{"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"},
			" ", " ", " de ",
		}
	default:
		return calendar{
			[7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
			[12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
			" ", " ", " ",
		}
	}
}

// date tells a day as people do: "Mon 23 Nov", with the year if it is not this
// one and the hour if it is worth telling. A zero time is "".
func date(language string, t time.Time, withTime bool, loc *time.Location, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.In(loc), now.In(loc)
	c := calendarOf(language)
	s := c.days[t.Weekday()] + c.between + strconv.Itoa(t.Day()) + c.after + c.months[t.Month()-1]
	if t.Year() != now.Year() {
		s += c.year + strconv.Itoa(t.Year())
	}
	if withTime {
		s += ", " + t.Format("15:04")
	}
	return s
}

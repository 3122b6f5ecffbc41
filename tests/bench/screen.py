"""What a terminal shows: just enough of an xterm to read the words that ncurses painted, for benches that wait for a figure of
which only some digits were painted anew.
"""
import codecs
import re

SEQUENCE = re.compile(r"\x1b(?:\[([0-9;:<=>?]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][A-Za-z0-9]|([=>78MDEHNOZc]))")


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = self.top = 0
        self.bottom, self.saved = rows - 1, (0, 0)
        self.colours = [[""] * columns for _ in range(rows)]  # what SGR said last, as text
        self.colour, self.last, self.rest = "", " ", ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def selected(self):
        """The row of the cursor's bar: the first with a background; None without one."""
        return next((row for row in range(2, self.rows - 1) if self.colours[row][1]), None)

    def feed(self, piece):
        text = self.rest + self.decoder.decode(piece)
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            match = SEQUENCE.match(text, at)
            if not match:
                if len(text) - at < 64:  # the rest comes with the next piece
                    break
                at += 1
                continue
            if match.group(2):
                self.sequence(match.group(1), match.group(2))
            elif match.group(3) == "M":
                self.scroll_down() if self.row == self.top else self.move(self.row - 1, self.column)
            elif match.group(3) == "D":
                self.line_feed()
            elif match.group(3) == "7":
                self.saved = self.row, self.column
            elif match.group(3) == "8":
                self.row, self.column = self.saved
            at = match.end()
        self.rest = text[at:]

    def put(self, char):
        if char == "\n":
            self.line_feed()
        elif char == "\r":
            self.column = 0
        elif char == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char >= " ":
            if self.column >= self.columns:
                self.column = 0
                self.line_feed()
            self.lines[self.row][self.column] = self.last = char
            self.colours[self.row][self.column] = self.colour
            self.column += 1

    def move(self, row, column):
        self.row, self.column = min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def line_feed(self):
        if self.row == self.bottom:
            self.scroll_up()
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def scroll(self, gone, new):
        for cells, blank in ((self.lines, " "), (self.colours, self.colour)):
            del cells[gone]
            cells.insert(new, [blank] * self.columns)

    def scroll_up(self, first=None):
        self.scroll(self.top if first is None else first, self.bottom)

    def scroll_down(self, first=None):
        self.scroll(self.bottom, self.top if first is None else first)

    def erase(self, row, start, end):
        count = min(end, self.columns) - start
        self.lines[row][start:end] = [" "] * count
        self.colours[row][start:end] = [self.colour] * count

    def set_colour(self, parameters):
        """The background and what is reversed, of all that SGR may say."""
        if parameters in ("", "0"):
            self.colour = ""
            return
        numbers = parameters.replace(":", ";").split(";")
        if numbers[0] in ("", "0"):
            self.colour = ""
        for i, number in enumerate(numbers):
            if number == "48":
                self.colour = " ".join(numbers[i:i + 5])
            elif number in ("7", "27", "49") and (i < 2 or numbers[i - 2] not in ("38", "48")):
                self.colour = "reversed" if number == "7" else ""

    def sequence(self, parameters, final):
        if parameters[:1] in ("<", "=", ">", "?"):
            return
        numbers = [int(n) if n.isdigit() else 0 for n in parameters.split(";")]
        first, count = numbers[0], max(numbers[0], 1)
        line = self.lines[self.row]
        if final in "Hf":
            self.move(count - 1, (numbers[1] if len(numbers) > 1 else 1) - 1)
        elif final in "ABCDG`d":
            row, column = {"A": (self.row - count, self.column), "B": (self.row + count, self.column),
                           "C": (self.row, self.column + count), "D": (self.row, self.column - count),
                           "G": (self.row, count - 1), "`": (self.row, count - 1), "d": (count - 1, self.column)}[final]
            self.move(row, column)
        elif final == "m":
            self.set_colour(parameters)
        elif final == "r":
            self.top, self.bottom = count - 1, (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
            self.move(0, 0)
        elif final == "K":
            self.erase(self.row, 0 if first else self.column, self.column + 1 if first == 1 else self.columns)
        elif final == "X":
            self.erase(self.row, self.column, self.column + count)
        elif final == "J":
            if first != 1:
                self.erase(self.row, 0 if first else self.column, self.columns)
            for row in range(self.rows) if first else range(self.row + 1, self.rows):
                self.erase(row, 0, self.columns)
        elif final == "b":
            for _ in range(count):
                self.put(self.last)
        elif final == "P":
            line[self.column:] = line[self.column + count:] + [" "] * min(count, self.columns - self.column)
        elif final == "@":
            line[self.column:] = ([" "] * count + line[self.column:])[:self.columns - self.column]
        elif final in "LMST":
            for _ in range(min(count, self.rows)):
                (self.scroll_down if final in "LT" else self.scroll_up)(self.row if final in "LM" else None)

"""Runs a command on a pseudo-terminal and types answers: pseudo-terminal.py COLUMNS STEPS COMMAND...

STEPS is a JSON list of [text to wait for, keys to press]. Prints a JSON object: what the terminal got, what it had got each
time before keys were pressed, and the exit code.
"""

import fcntl, json, os, pty, select, struct, sys, termios, time

columns, steps, command = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

seen, looked, before, end = b"", 0, [], time.time() + 40
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:  # the command has ended
            break
        if not data:
            break
        seen += data
    if steps:
        at = seen.find(steps[0][0].encode(), looked)
        if at >= 0:
            looked = at + len(steps[0][0].encode())
            # What comes sooner was typed before anyone could read the question.
            time.sleep(0.2 * float(os.environ.get("ICE_TEST_SLOWNESS", "1")))
            before.append(seen.decode("utf8", "replace"))
            os.write(fd, steps.pop(0)[1].encode())
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
text, code = seen.decode("utf8", "replace"), os.waitstatus_to_exitcode(status)
json.dump({"text": text, "before": before, "code": code}, sys.stdout)

/** The chat of socket.io's guide: join a room, send each message to the room. */
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.on("drawing", (bytes) => io.to(room).emit("drawing", bytes));
});
http.listen(0, "127.0.0.1", () => console.log(`port ${http.address().port}`));

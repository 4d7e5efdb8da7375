// Stand-in for a syntax check on a PC.
#pragma once
#include "Arduino.h"
enum { CHR_PROPS_NOTIFY = 16, CHR_PROPS_READ = 2, CHR_PROPS_WRITE = 8 };
enum SecureMode_t { SECMODE_OPEN, SECMODE_NO_ACCESS };
enum { BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE = 6, BANDWIDTH_MAX = 1 };
struct BLEService {
  explicit BLEService(const char *);
  void begin();
};
struct BLECharacteristic {
  typedef void (*write_cb_t)(uint16_t, BLECharacteristic *, uint8_t *, uint16_t);
  explicit BLECharacteristic(const char *);
  void setProperties(uint8_t);
  void setPermission(SecureMode_t, SecureMode_t);
  void setMaxLen(uint16_t);
  void setFixedLen(uint16_t);
  void setWriteCallback(write_cb_t);
  void begin();
  uint16_t write(const void *, uint16_t);
  bool notify(const void *, uint16_t);
  bool notifyEnabled();
};
struct BLEBas {
  void begin();
  bool write(uint8_t);
  bool notify(uint8_t);
};
struct BLEConnection {
  uint16_t getMtu() const;
};
struct Advertiser {
  void addFlags(uint8_t);
  void addService(BLEService &);
  void addName();
  void restartOnDisconnect(bool);
  void setInterval(uint16_t, uint16_t);
  void setFastTimeout(uint16_t);
  void start(uint16_t);
};
struct Central {
  void setConnInterval(uint16_t, uint16_t);
};
struct Stack {
  Advertiser Advertising, ScanResponse;
  Central Periph;
  void configPrphBandwidth(uint8_t);
  void begin();
  void setName(const char *);
  void setTxPower(int8_t);
  bool connected();
  uint16_t connHandle();
  BLEConnection *Connection(uint16_t);
};
extern Stack Bluefruit;

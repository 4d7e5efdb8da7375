// Stand-in for a syntax check on a PC.
#pragma once
#include "Arduino.h"
enum status_t { IMU_SUCCESS };
enum { I2C_MODE };
struct LSM6DS3 {
  LSM6DS3(uint8_t, uint8_t);
  status_t begin();
  status_t readRegisterRegion(uint8_t *, uint8_t, uint8_t);
  status_t readRegister(uint8_t *, uint8_t);
  status_t writeRegister(uint8_t, uint8_t);
};
